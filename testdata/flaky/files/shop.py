from pathlib import Path

HERE = Path(__file__).parent


def save(name, text):
    (HERE / name).write_text(text)


def saved():
    return sorted(path.name for path in HERE.glob("*.order"))


def create(name):
    with open(HERE / name, "x"):
        return name
