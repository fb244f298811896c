"""An SMTP server of its own process: it waits a little, and notes each Message-ID that it takes before it says so.

python -m tests.load.storm.sink PORT FILE MILLISECONDS
"""

import asyncio
import os
import re
import sys

from aiosmtpd.smtp import SMTP, Envelope, Session

MESSAGE_ID = re.compile(rb"^Message-ID: (\S+)", re.MULTILINE)


class Sink:
    def __init__(self, path: str, seconds: float) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._seconds = seconds

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, name: str, responses: list[str]
    ) -> list[str]:
        """Says what servers such as Postfix say; it reads line by line, so it is true."""
        session.host_name = name
        return ["250-PIPELINING", *responses]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self._seconds)
        os.write(self._file, MESSAGE_ID.search(envelope.original_content)[1] + b"\n")
        return "250 2.0.0 taken"


async def serve(port: int, path: str, milliseconds: float) -> None:
    sink = Sink(path, milliseconds / 1000)
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(sink), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], float(sys.argv[3])))
