terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.80"
    }
  }

  backend "s3" {
    bucket = "platform-terraform-state"
    key    = "kinesis-cross-account.tfstate"
    region = "us-east-1"
  }
}

provider "aws" {
  alias               = "account1"
  region              = "us-east-1"
  profile             = "data-platform"
  allowed_account_ids = ["111111111111"]
}

provider "aws" {
  alias  = "account2"
  region = var.region

  assume_role {
    role_arn     = "arn:aws:iam::222222222222:role/deployer"
    session_name = "terraform"
  }
}

variable "region" {
  type    = string
  default = "us-east-1"
}
