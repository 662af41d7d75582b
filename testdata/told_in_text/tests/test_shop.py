import traceback
import unittest

import shop


class TextOnly(Exception):
    pass


class Texts(unittest.TestCase):
    def run(self, result=None):
        result.startTest(self)
        try:
            getattr(self, self._testMethodName)()
        except Exception as error:
            text = "".join(traceback.format_exception(error))
            result.addFailure(self, (TextOnly, TextOnly(text), None))
        else:
            result.addSuccess(self)
        finally:
            result.stopTest(self)

    def test_half(self):
        self.assertEqual(shop.half(6), 3)

    def test_first(self):
        self.assertEqual(shop.first(["one"]), "one")

    def test_unchecked(self):
        shop.unchecked()
