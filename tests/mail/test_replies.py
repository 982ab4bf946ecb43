import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.html import text_of_html
from mail.replies import OurName
from mail.replies import written_text as written
from mail.wishes import wishes_in

ORIGINAL = "Dear Ann,\n\n3 new results. Answer download to get them.\n\n--\nResults desk"
QUOTED = "\n".join(f"> {line}" for line in ORIGINAL.splitlines())
DESK = "IELTS results desk <reply+abc@results.example>"

OURS = OurName("results.example", "IELTS results desk")
TOKEN = f"IELTS results desk <reply+{'a2' * 16}@results.example>"


def written_text(text):
    return written(text, OURS)


CLIENTS = {
    "gmail": f"csv please\n\nOn Wed, 25 Nov 2026 at 09:00, {DESK} wrote:\n\n{QUOTED}",
    "gmail-wrapped": f"csv please\n\nOn Wed, 25 Nov 2026 at 09:00, IELTS results desk <\n"
    f"reply+abc@results.example> wrote:\n\n{QUOTED}",
    "gmail-german": f"csv please\n\nAm Mi., 25. Nov. 2026 um 09:00 Uhr schrieb {DESK}:\n\n{QUOTED}",
    "gmail-french": f"csv please\n\nLe mer. 25 nov. 2026 à 09:00, {DESK} a écrit :\n\n{QUOTED}",
    "gmail-spanish": f"csv please\n\nEl mié, 25 nov 2026 a las 9:00, {DESK} escribió:\n\n{QUOTED}",
    "gmail-italian": f"csv please\n\nIl giorno mer 25 nov 2026 alle ore 09:00 {DESK} ha scritto:"
    f"\n\n{QUOTED}",
    "gmail-dutch": f"csv please\n\nOp wo 25 nov 2026 om 09:00 schreef {DESK}:\n\n{QUOTED}",
    "gmail-polish": f"csv please\n\nśr., 25 lis 2026 o 09:00 {DESK} napisał(a):\n\n{QUOTED}",
    "gmail-swedish": f"csv please\n\nDen ons 25 nov. 2026 kl 09:00 skrev {DESK}:\n\n{QUOTED}",
    "gmail-japanese": f"csv please\n\n2026年11月25日(水) 9:00 {DESK}:\n\n{QUOTED}",
    "gmail-chinese": f"csv please\n\n{DESK} 于2026年11月25日周三 09:00写道：\n\n{QUOTED}",
    "outlook": "csv please\n\nAnn Bell\nAdmissions\n\nFrom: IELTS results desk <r@x.example>\n"
    f"Sent: Wednesday, November 25, 2026 9:00 AM\nTo: Ann Bell\nSubject: 3 new\n\n{ORIGINAL}",
    "outlook-rule": "csv please\n\n________________________________\nFrom: IELTS <r@x.example>\n"
    f"Sent: Wednesday, November 25, 2026 9:00 AM\nTo: Ann Bell\nSubject: 3 new\n\n{ORIGINAL}",
    "outlook-german": "csv please\n\nVon: IELTS results desk <r@x.example>\n"
    f"Gesendet: Mittwoch, 25. November 2026 09:00\nAn: Ann Bell\nBetreff: 3 new\n\n{ORIGINAL}",
    "outlook-french": "csv please\n\nDe : IELTS results desk <r@x.example>\n"
    f"Envoyé : mercredi 25 novembre 2026 09:00\nÀ : Ann Bell\nObjet : 3 new\n\n{ORIGINAL}",
    "outlook-mobile": "csv please\n\nGet Outlook for iOS<https://aka.ms/o0ukef>\n"
    f"________________________________\nFrom: IELTS <r@x.example>\n\n{ORIGINAL}",
    "original-message": f"csv please\n\n-----Original Message-----\nFrom: IELTS\n\n{ORIGINAL}",
    "apple-mail": f"csv please\n\n> On 25 Nov 2026, at 09:00, {DESK} wrote:\n> \n{QUOTED}",
    "iphone": f"csv please\n\nSent from my iPhone\n\n> On 25 Nov 2026, at 09:00, {DESK} wrote:\n"
    f"> \n{QUOTED}",
    "thunderbird": f"csv please\n\nOn 25/11/2026 09:00, IELTS results desk wrote:\n{QUOTED}",
    "signature": f"csv please\n\n-- \nAnn Bell\nAdmissions Office\n+44 1392 000000\n\n{QUOTED}",
    "regards": f"csv please\n\nBest regards,\nAnn Bell\nAdmissions\n\n"
    f"On Wed, 25 Nov 2026 at 09:00, {DESK} wrote:\n{QUOTED}",
    "no-break-spaces": f"csv\xa0please\n\u200b\n\nOn Wed, 25 Nov 2026 at 09:00, {DESK} wrote:\n"
    f"{QUOTED}",
    "crlf": f"csv please\r\n\r\nOn Wed, 25 Nov 2026 at 09:00, {DESK} wrote:\r\n"
    + QUOTED.replace("\n", "\r\n"),
    "bare": "csv please",
}


HEADS = {
    "outlook-portuguese": f"De: {TOKEN}\nEnviada em: quarta-feira, 25 de novembro de 2026 09:00\n"
    "Para: Ann Bell\nAssunto: 3 new",
    "outlook-finnish": f"Lähettäjä: {TOKEN}\nLähetetty: keskiviikko 25. marraskuuta 2026 9.00\n"
    "Vastaanottaja: Ann Bell\nAihe: 3 new",
    "outlook-turkish": f"Kimden: {TOKEN}\nGönderildi: 25 Kasım 2026 09:00\nKime: Ann Bell",
    "outlook-russian": f"От: {TOKEN}\nОтправлено: 25 ноября 2026 г. 9:00\nКому: Ann Bell",
    "outlook-japanese": f"差出人: {TOKEN}\n送信日時: 2026年11月25日 9:00\n宛先: Ann Bell",
    "outlook-arabic": f"من: {TOKEN}\nتم الإرسال: 25 نوفمبر 2026\nإلى: Ann Bell",
    "outlook-greek": f"Από: {TOKEN}\nΣτάλθηκε: Τετάρτη, 25 Νοεμβρίου 2026\nΠρος: Ann Bell",
    "outlook-hungarian": f"Feladó: {TOKEN}\nElküldve: 2026. november 25.\nCímzett: Ann Bell",
    "outlook-without-address": "Feladó: IELTS results desk\nElküldve: 2026. november 25.",
    "apple-dutch": f"Op 25 nov 2026, om 09:00 heeft {TOKEN} het volgende geschreven:",
    "apple-korean": f"2026. 11. 25. 오전 9:00, {TOKEN} 작성:",
    "gmail-portuguese": f"Em qua., 25 de nov. de 2026 às 09:00, {TOKEN} escreveu:",
    "gmail-russian": f"ср, 25 нояб. 2026 г. в 09:00, {TOKEN}:",
    "gmail-turkish": f"{TOKEN}, 25 Kas 2026 Çar, 09:00 tarihinde şunu yazdı:",
    "gmail-czech": f"st 25. 11. 2026 v 9:00 odesílatel {TOKEN} napsal:",
    "gmail-wrapped-hindi": "बुध, 25 नव॰ 2026 को 9:00 am बजे को IELTS results desk <\n"
    f"reply+{'a2' * 16}@results.example> ने लिखा:",
    "wrapped-after-the-name": "ke 25. marrask. 2026 klo 9.00 IELTS results desk\n"
    f"<reply+{'a2' * 16}@results.example> kirjoitti:",
    "original-message": "-----Ursprüngliche Nachricht-----",
}
OUR_HELP = "Dear Ann,\n\naccount\n    Show it\ndownload\n    All new results\nhistory [N]\n\nstop"


@pytest.mark.parametrize("head", HEADS)
def test_a_quotation_of_our_mail_is_known_by_our_name_in_any_language(head):
    above = wishes_in(written_text(f"csv please\n\n{HEADS[head]}\n\n{OUR_HELP}"), "")
    nothing = wishes_in(written_text(f"{HEADS[head]}\n\n{OUR_HELP}"), "")

    assert (above.lines, above.not_understood) == (("download csv",), 0)
    assert nothing.lines == ()


@pytest.mark.parametrize(
    "line",
    [
        "users add Bo Li bo@results.example",
        'templates create "IELTS results desk" format=csv',
        "verify 17GB000595ZOLJS03G 20GB000595ZOLJS03G",
    ],
)
def test_a_command_that_names_something_of_ours_is_no_quotation(line):
    assert written_text(f"{line}\n\nThanks").startswith(line)


@pytest.mark.parametrize("client", CLIENTS)
def test_what_was_written_above_the_quotation_is_found(client):
    found = wishes_in(written_text(CLIENTS[client]), "Re: 3 new IELTS results")

    assert found.lines == ("download csv",)


HTML = {
    "gmail": '<div dir="ltr">csv please</div><br><div class="gmail_quote gmail_quote_container">'
    "<div>On Wed wrote:<br></div><blockquote><p>download xml</p></blockquote></div>",
    "outlook": "<html xmlns:o='urn:x'><head><style>p {color: red}</style></head><body>"
    "<p class='MsoNormal'>csv please<o:p></o:p></p><div><div style='border:none;"
    "border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p><b>From:</b> IELTS</p></div>"
    "</div><p>download xml</p></body></html>",
    "outlook-web": "<div>csv please</div><div id='appendonsend'></div><hr>"
    "<div id='divRplyFwdMsg'><b>From:</b> IELTS</div><div>download xml</div>",
    "thunderbird": "<p>csv please</p><div class='moz-cite-prefix'>On 25/11/2026 wrote:</div>"
    "<blockquote type='cite'>download xml</blockquote>",
    "apple": "<div>csv please</div><br><blockquote type='cite'><div>On wrote:</div>"
    "<div>download xml</div></blockquote>",
    "yahoo": "<div>csv please</div><div class='yahoo_quoted'><div>download xml</div></div>",
    "proton": "csv please<br><div class='protonmail_quote'>download xml</div>",
    "breaks": "csv please<br><br>Ann",
    "declared": "<?xml version='1.0' encoding='utf-8'?><html><body>csv please</body></html>",
    "script": "<script>download xml</script><p>csv please</p><style>download xml</style>",
}


@pytest.mark.parametrize("client", HTML)
def test_html_says_what_was_written_above_the_quotation(client):
    found = wishes_in(written_text(text_of_html(HTML[client])), "")

    assert found.lines == ("download csv",)


def test_a_mail_that_is_all_quotation_says_nothing():
    assert written_text(QUOTED) == ""
    assert written_text(f"On Wed, 25 Nov 2026 at 09:00, {DESK} wrote:\n\n{ORIGINAL}") == ""
    assert written_text("") == ""


def test_a_long_list_of_numbers_survives_whole():
    numbers = [f"17GB{n:06}ZOLJS03G" for n in range(1000)]
    found = wishes_in(written_text("\n".join(numbers) + f"\n\nThanks\n\n{QUOTED}"), "")

    assert found.lines[0].split()[1:] == numbers


@given(st.text(max_size=400))
def test_any_text_is_read(text):
    assert written_text(f"{text}\n{QUOTED}") is not None
    assert "> Dear Ann" not in written_text(f"hello\n{text}\n{QUOTED}")


@given(st.text(max_size=400))
def test_any_html_is_read(source):
    assert isinstance(text_of_html(source), str)


@pytest.mark.parametrize(
    "text",
    [
        ("On " + "x " * 400 + "\n") * 80,
        "On a\n" * 15000,
        "\n" * 60000 + "Best",
        "Sent from " * 6000,
        "_" * 60000,
        "> " * 30000,
        "-\n" * 30000,
        "From: a\n" * 8000,
        "Am " + "x " * 30000,
        "a@b.example wrote:\n" * 3000,
        "Le 1 " * 12000,
        "2026年" * 20000,
        "This e-mail is confidential " * 2500,
    ],
    ids=lambda text: text[:10].strip() or "blank",
)
def test_a_hostile_text_is_read_in_a_second_or_two(text):
    begun = time.process_time()
    written_text(text[:65536])

    assert time.process_time() - begun < 4


@pytest.mark.parametrize("bullet", ["- ", "-", "* ", "\u2022 ", "1. ", "a) "])
def test_a_list_with_bullets_is_no_signature(bullet):
    numbers = "\n".join(f"{bullet}17GB{n:06}ZOLJS03G" for n in range(3))

    assert written_text(f"Please check:\n\n{numbers}\n\nThanks").count("ZOLJS03G") == 3
