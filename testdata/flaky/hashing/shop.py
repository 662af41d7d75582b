def words(text):
    return list(set(text.split()))
