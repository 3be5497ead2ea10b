"""What the network does: it loses, cuts, doubles, delays and answers in the server's place.

Not here: what a phone makes of it (`phone`).
"""

from __future__ import annotations

from dataclasses import replace

from tests.simulation.events import Message, Response
from tests.simulation.phone import Killed, Phone, cut
from tests.simulation.scene import Scene
from tests.simulation.state import Wire

#: What stands between a phone and the server may answer itself, before or after the server.
_INSTEAD: dict[str, Response] = {
    "portal": Response(200, media_type="text/html", text="<html>Xin chào</html>"),
    "portal_login": Response(401, media_type="text/html", text="<html>Đăng nhập</html>"),
    "overloaded": Response(429, media_type="application/json", text="{}", retry_after_s=120),
    "gateway": Response(502, media_type="text/html", text="<html>Bad gateway</html>"),
}
#: Operations that get through while a request is `too_large`.
SMALL = 2


class NetworkEvents(Scene):
    """Messages travel in `travelling` and arrive in any order, late or never."""

    def phone_asks(self) -> bool:
        phone = self.chance.choice(self.phones)
        if phone.waits_for is not None and self.chance.random() < 0.5:
            return False  # it still waits; else it gives up and asks again
        if phone.signed_out:
            return self.enrol_again(phone)
        if not phone.may_ask(self.now):
            return False
        batch, rows = self.chance.choice([1, 3, 200]), self.chance.choice([1, 4, 500])
        try:
            request = phone.ask(batch, rows)
        except Killed:
            phone.restart()
            return True
        self.tickets += 1
        phone.waits_for = self.tickets
        if not self.is_cut(phone, "up"):
            self.travelling.append(Message(phone, self.tickets, request))
        if phone.dies_at == "after_ask":
            phone.dies_at = None
            phone.restart()
        return True

    def request_arrives(self) -> bool:
        message = self._pick(answer=False)
        if message is None:
            return False
        self.travelling.remove(message)
        self._arrive(message)
        return True

    def request_doubled(self) -> bool:
        """It arrives and stays on its way: a duplicate, perhaps a late one."""
        message = self._pick(answer=False)
        if message is None:
            return False
        self._arrive(message)
        return True

    def request_lost(self) -> bool:
        return self._lose(answer=False)

    def answer_lost(self) -> bool:
        return self._lose(answer=True)

    def request_cut(self) -> bool:
        """Only the first bytes arrive: the server can read nothing in them."""
        message = self._pick(answer=False)
        if message is None:
            return False
        self.travelling.remove(message)
        text = cut(message.request, self.chance.random())
        self.oracle.on_cut(self.server, text)
        refusal = Response(400, media_type="application/problem+json", text="{}")
        self.travelling.append(replace(message, response=refusal))
        return True

    def answer_cut(self) -> bool:
        """The phone gets the first bytes of an answer, and no word that it was not all."""
        message = self._pick(answer=True)
        if message is None or message.response is None or message.response.answer is None:
            return False
        self.travelling.remove(message)
        text = cut(message.response.answer, self.chance.random())
        self._deliver(replace(message, response=Response(text=text)))
        return True

    def answer_arrives(self) -> bool:
        message = self._pick(answer=True)
        if message is None:
            return False
        self.travelling.remove(message)
        self._deliver(message)
        return True

    def answer_doubled(self) -> bool:
        message = self._pick(answer=True)
        if message is None:
            return False
        self._deliver(message)
        return True

    # ---- conditions that last

    def portal_answers(self) -> bool:
        return self._condition(self.chance.choice(["portal", "portal_login"]))

    def too_large(self) -> bool:
        return self._condition("too_large")

    def overloaded(self) -> bool:
        return self._condition("overloaded")

    def gateway_fails(self) -> bool:
        return self._condition(self.chance.choice(["gateway", "gateway_after"]))

    def line_one_way(self) -> bool:
        """For some minutes one direction of a phone's line brings nothing."""
        phone = self.chance.choice(self.phones)
        direction = self.chance.choice(["up", "down"])
        self.cuts.append((phone.label, direction, self.now, self.now + self._minutes()))
        return True

    def swizzle(self) -> bool:
        """Some lines go one after another and come back one after another, in another order."""
        some = self.chance.sample(self.phones, self.chance.randint(2, len(self.phones)))
        step = self.chance.randint(20, 90)
        ends = self.chance.sample(range(len(some)), len(some))
        for place, phone in enumerate(some):
            begins = self.now + place * step
            until = self.now + (len(some) + ends[place]) * step
            for direction in ("up", "down"):
                self.cuts.append((phone.label, direction, begins, until))
        return True

    def is_cut(self, phone: Phone, direction: str) -> bool:
        if not self.cuts:
            return False
        self.cuts = [each for each in self.cuts if each[3] > self.now]
        return any(
            label == phone.label and way == direction and begins <= self.now
            for label, way, begins, _ in self.cuts
        )

    def _condition(self, what: str) -> bool:
        phone = self.chance.choice(self.phones)
        self.conditions[phone.label] = (what, self.now + self._minutes())
        self.note(f"{phone.label} line: {what}")
        return True

    def _minutes(self) -> float:
        return self.chance.choice([60, 300, 1800])

    def _pick(self, answer: bool) -> Message | None:
        there = [m for m in self.travelling if (m.response is not None) == answer]
        return self.chance.choice(there) if there else None

    def _lose(self, answer: bool) -> bool:
        message = self._pick(answer)
        if message is None:
            return False
        self.travelling.remove(message)
        return True

    def _arrive(self, message: Message) -> None:
        response = self._respond(message.phone, message.request)
        if response is not None:
            self.travelling.append(replace(message, response=response))

    def _respond(self, phone: Phone, request: Wire) -> Response | None:
        """What comes back: from the server, or from what stands before it."""
        condition, until = self.conditions.get(phone.label, ("", 0.0))
        if condition and until <= self.now:
            del self.conditions[phone.label]
            condition = ""
        if condition == "too_large" and len(request["operations"]) > SMALL:
            return Response(413, media_type="text/html", text="<html>Too large</html>")
        if condition in _INSTEAD:
            return _INSTEAD[condition]
        response = self.serve(phone, request)
        if condition == "gateway_after" and response is not None:
            return _INSTEAD["gateway"]  # the server did it all, and nobody is told
        return response

    def _deliver(self, message: Message) -> None:
        phone = message.phone
        if phone.waits_for != message.ticket or message.response is None:
            return
        if self.is_cut(phone, "down"):
            return
        phone.waits_for = None
        self.deliver(phone, message.request, message.response)

    def enrol_again(self, phone: Phone) -> bool:
        raise NotImplementedError
