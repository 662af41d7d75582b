import subprocess


def delete(name, namespace="default"):
    done = subprocess.run(["kubectl", "deleet", "pod", name, "-n", namespace], capture_output=True)
    return done.returncode == 0


def commit(message):
    return subprocess.run(["git", "comit", "-m", message]).returncode


def push():
    return subprocess.run(["git", "push", "--force-with-lease"]).returncode


def pods():
    done = subprocess.run(["kubectl", "get", "pods", "-o", "json"], capture_output=True, check=True)
    return done.stdout


def revision():
    return subprocess.check_output(["git", "rev-parse", "HEAD"], text=True).strip()
