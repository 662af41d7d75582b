def people():
    return {"Ada king": "AK", "Hugo von Berg": "HB"}
