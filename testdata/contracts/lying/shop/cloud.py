import subprocess


def delete(name, namespace="default"):
    done = subprocess.run(["kubectl", "deleet", "pod", name, "-n", namespace], capture_output=True)
    return done.returncode == 0


def commit(message):
    return subprocess.run(["git", "comit", "-m", message]).returncode


def push():
    return subprocess.run(["git", "push", "--force-with-lease"]).returncode
