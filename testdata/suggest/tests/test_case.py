import unittest
from unittest import mock

from shop import orders
from shop.prices import total


class OrdersTest(unittest.TestCase):
	def setUp(self):
		self.client = mock.Mock()

	def test_sends(self):
		self.assertTrue(orders.send({"id": 1, "items": ["pear"]}, self.client))  # fine

	def test_empty(self):
		with self.assertRaises(ValueError):
			orders.send({"id": 1, "items": []}, self.client)

	def test_total(self):
		price = total([3, 4])  # seven
		self.assertIsNotNone(price)
