provider "aws" {
  alias   = "producer"
  region  = "eu-west-1"
  profile = "producer"
}

provider "aws" {
  alias   = "consumer"
  region  = "eu-west-1"
  profile = "analytics"
}

module "clickstream" {
  source = "../"
  providers = {
    aws.producer = aws.producer
    aws.consumer = aws.consumer
  }

  stream_name   = "clickstream"
  consumer_name = "analytics"
}
