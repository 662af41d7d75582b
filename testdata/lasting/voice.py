class Settings:
    loud = False


SETTINGS = Settings()


def configure(loud):
    SETTINGS.loud = loud


def reset():
    SETTINGS.loud = False
