from pyfakefs.fake_filesystem_unittest import Patcher
from shop import stores


def test_pyfakefs():
    with Patcher():
        assert stores.write_report("/var/shop", "quiet") == ["today.txt"]
