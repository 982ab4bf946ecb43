"""Somebody at the playground, who finds things by their names as a screen reader would."""

import re

from playwright.sync_api import expect


class Person:
    def __init__(self, page, address, name, place):
        self.page, self.address, self.name = page, address, name
        self.goes(place)
        self.slack = page.get_by_role("region", name="Slack")
        self.messages = page.get_by_role("log", name="Messages")
        self.home = page.get_by_role("region", name="Home tab")
        self.modal = page.locator("#modal")
        self.letters = page.get_by_role("region", name="Letters").get_by_role("link")
        self.letter = page.locator("[data-region=letter]")

    def goes(self, place):
        """To a place in Slack, with nothing open that was left there."""
        self.page.goto(f"{self.address}/?as={self.name}&in={place}")
        while self.page.locator("#modal").count():
            view = self.page.locator("#modal").get_attribute("data-view")
            self.page.keyboard.press("Escape")
            expect(self.page.locator(f"[data-view={view}]")).to_have_count(0)

    def types(self, line):
        """A line in Slack; the newest message once there is one more."""
        count = self.messages.get_by_role("article").count()
        box = self.page.get_by_role("combobox", name="Message or slash command")
        box.fill(line)
        box.press("Enter")
        expect(self.messages.get_by_role("article")).not_to_have_count(count)
        return self.newest()

    def newest(self):
        return self.messages.get_by_role("article").last

    def presses(self, text, within=None):
        (within or self.page).get_by_role("button", name=text, exact=True).click()

    def fills(self, label, value):
        self.modal.get_by_label(re.compile(f"^{re.escape(label)}")).first.fill(value)

    def chooses(self, label, text):
        select = self.modal.get_by_label(re.compile(f"^{re.escape(label)}")).first
        select.select_option(label=text)

    def gets(self, subject, more_than=0):
        """Open the newest letter of this subject, once there are more than so many of them."""
        found = self._letters(subject)
        expect(found.nth(more_than)).to_be_visible(timeout=40_000)
        found.first.click()
        expect(self.letter.get_by_role("heading", level=3)).to_contain_text(subject)
        return self.letter

    def count(self, subject):
        return self._letters(subject).count()

    def _letters(self, subject):
        """Those that they got, not those that they sent."""
        return self.letters.filter(has_text="IELTS results desk").filter(has_text=subject)

    def answers(self, line):
        """The letter that is open, by mail."""
        self.letter.get_by_label("Answer").fill(line)
        self.presses("Send", self.letter)
        expect(self.page.get_by_role("status")).to_contain_text("Your mail was taken")
