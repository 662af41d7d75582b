import unittest

from stock import Stock


class StockTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.catalogue = {"bolt": 2, "nut": 1}

    def setUp(self):
        self.stock = Stock(self.catalogue)

    def test_take(self):
        self.assertEqual(self.stock.take("bolt"), 1)
        self.assertEqual(self.stock.items["bolt"], 1)
        self.assertEqual(self.catalogue["bolt"], 2)

    def test_take_all(self):
        for name, count in self.catalogue.items():
            with self.subTest(name=name):
                self.assertEqual(self.stock.take(name, count), 0)

    def test_not_enough(self):
        with self.assertRaisesRegex(ValueError, "not enough bolt"):
            self.stock.take("bolt", 3)
        self.assertEqual(self.stock.items["bolt"], 2)

    def test_unknown(self):
        with self.assertRaises(ValueError):
            self.stock.take("screw")
