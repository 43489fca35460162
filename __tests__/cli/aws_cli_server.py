"""
Runs the AWS CLI that is on the PATH, of which every start takes a second, in forks of one process.

    aws_cli_server.py SOCKET                serves until its standard input ends
    aws_cli_server.py SOCKET ARGUMENT ...   runs `aws ARGUMENT ...` in a fork, as the caller's command
"""

import json
import os
import socket
import sys


def serve(path):
    import select
    import signal

    import awscli
    import botocore.session
    from awscli import clidriver

    # Forks have what is imported and read here.
    session = clidriver.create_clidriver().session
    for service in ("iam", "kinesis", "kms", "lambda", "logs", "sqs"):
        session.create_client(service, "us-east-1")
    loader = session.get_component("data_loader")
    botocore.session.create_loader = lambda _: loader
    # Nobody waits for the forks.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        print(json.dumps({"version": awscli.__version__, "python": sys.executable}), flush=True)
        while sys.stdin not in (ready := select.select([server, sys.stdin], [], [])[0]):
            caller, _ = ready[0].accept()
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                run(caller, clidriver)
            caller.close()


def run(caller, clidriver):
    """Never returns, so that a fork does not serve."""
    exit_code = 255
    try:
        _, files, _, _ = socket.recv_fds(caller, 1, 3)
        with caller.makefile("r") as request:
            arguments, environment, directory = json.load(request)
        sys.argv[:] = ["aws", *arguments]
        for target, file in enumerate(files):
            os.dup2(file, target)
        # The CLI sets this variable when it is imported.
        environment["AWS_DATA_PATH"] = os.environ["AWS_DATA_PATH"]
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(directory)
        exit_code = clidriver.main()
        sys.stdout.flush()
        sys.stderr.flush()
    except SystemExit as error:
        exit_code = error.code
    finally:
        caller.sendall(bytes([exit_code]))
        os._exit(0)


def call(path, arguments):
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(path)
        socket.send_fds(server, [b"\n"], [0, 1, 2])
        server.sendall(json.dumps([arguments, dict(os.environ), os.getcwd()]).encode())
        server.shutdown(socket.SHUT_WR)
        sys.exit((server.recv(1) or b"\xff")[0])


if len(sys.argv) > 2:
    call(sys.argv[1], sys.argv[2:])
else:
    serve(sys.argv[1])
