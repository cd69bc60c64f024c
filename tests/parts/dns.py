"""A small name server for tests, over UDP on a free port of this machine: answers TXT from a table, and counts."""

import socket
import threading

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

SILENT = object()  # a name that is never answered


class NameServer:
    """`names` maps a name to its texts (one may be a list of strings, as long ones are split), a code, or SILENT.

    `.others` maps a name and a type, such as ("shop.test", "MX"), to records as a zone file has them. `.asked` is what was asked.
    """

    def __init__(self):
        self.names: dict[str, object] = {}
        self.others: dict[tuple[str, str], list[str]] = {}
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.place = "{}:{}".format(*self._socket.getsockname())
        self._thread = threading.Thread(target=self._run, name="names", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            wire, peer = self._socket.recvfrom(4096)
            if not wire:
                return
            if (answer := self._answer(dns.message.from_wire(wire))) is not None:
                self._socket.sendto(answer.to_wire(), peer)

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        [question] = query.question
        name = question.name.to_text(omit_final_dot=True).lower()
        self.asked.append(name)
        kind = dns.rdatatype.to_text(question.rdtype)
        found = self.names.get(name)
        if found is SILENT:
            return None
        answer = dns.message.make_response(query)
        if kind != "TXT" and not isinstance(found, dns.rcode.Rcode):
            if records := self.others.get((name, kind)):
                answer.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, records))
            return answer
        if isinstance(found, dns.rcode.Rcode):
            answer.set_rcode(found)
        elif found is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            texts = [" ".join(map(_quoted, [one] if isinstance(one, str) else one)) for one in found]
            answer.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", "TXT", texts))
        return answer

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"", self._socket.getsockname())
        self._thread.join(5)
        self._socket.close()


def _quoted(part: str) -> str:
    """A string as a zone file has it."""
    escaped = part.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
