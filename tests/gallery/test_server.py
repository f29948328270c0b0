"""How the gallery listens."""

import socket
from contextlib import closing

from running_gallery import free_port

from service.gallery.server import _listen


def test_answers_are_sent_at_once_on_each_connection_that_is_kept() -> None:
    # asyncio looks at the protocol of a socket before it sets it to send without delay
    port = free_port()
    with closing(_listen(port)) as listener, socket.create_connection(("127.0.0.1", port)):
        taken, _ = listener.accept()
        taken.close()
    assert (listener.proto, taken.proto) == (socket.IPPROTO_TCP, socket.IPPROTO_TCP)
