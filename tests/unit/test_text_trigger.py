"""Which messages are commands, and which are talk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.commands import COMMANDS
from bot.core.text_trigger import match_command

BOT = "Zdraw_Bot"

CALLS = [
    ("/draw a cat", "draw", "a cat"),
    ("/draw", "draw", ""),
    ("/Draw  一只猫 ", "draw", "一只猫 "),
    ("/draw@zdraw_bot 猫", "draw", "猫"),
    ("/draw@ZDRAW_BOT\n猫", "draw", "猫"),
    ("／ｄｒａｗ＠Zdraw_Bot　猫", "draw", "猫"),
    ("/draw一只猫", "draw", "一只猫"),
    ("/draw--wide", "draw", "--wide"),
    ("/draw：一只猫，坐着", "draw", "一只猫，坐着"),
    ("/draw ，，猫", "draw", "，猫"),
    ("/画 一只猫", "draw", "一只猫"),
    ("／画一只猫", "draw", "一只猫"),
    ("/画", "draw", ""),
    ("/画图一只猫", "draw", "一只猫"),
    ("/画图书馆", "draw", "图书馆"),
    ("/画图案", "draw", "图案"),
    ("/绘画 猫", "draw", "猫"),
    ("/畫圖 貓", "draw", "貓"),
    ("/画@zdraw_bot 猫", "draw", "猫"),
    ("/画@zdraw_bot一只猫", "draw", "一只猫"),
    ("画 一只猫", "draw", "一只猫"),
    ("画：一只猫", "draw", "一只猫"),
    ("画图，一只猫", "draw", "一只猫"),
    ("绘画\n一只猫", "draw", "一只猫"),
    ("画", "draw", ""),
    ("@zdraw_bot 画 一只猫", "draw", "一只猫"),
    ("＠Zdraw_Bot　画一只猫", "draw", "一只猫"),
    ("@zdraw_bot /draw a cat", "draw", "a cat"),
    ("\u200f/draw 猫", "draw", "猫"),
    ("/draw \u202e猫\u202c", "draw", "\u202e猫\u202c"),
    ("/again", "again", ""),
    ("再来一张", "again", ""),
    ("再来", "again", ""),
    ("/再来一张 横图", "again", "横图"),
    ("@zdraw_bot 再来一张", "again", ""),
    ("取消", "cancel", ""),
    ("/取消 a1b2", "cancel", "a1b2"),
    ("/help", "help", ""),
    ("帮助", "help", ""),
    ("/start show_8f3k", "start", "show_8f3k"),
    ("/queue", "queue", ""),
    ("排队", "queue", ""),
    ("队列", "queue", ""),
    ("/show #k3v9x2ab", "show", "#k3v9x2ab"),
    ("/看图 k3v9x2ab", "show", "k3v9x2ab"),
    ("看图", "show", ""),
    ("/quiet on", "quiet", "on"),
    ("安静 开", "quiet", "开"),
    ("/安静", "quiet", ""),
    ("@zdraw_bot 安静 关", "quiet", "关"),
    ("/here off 全群", "here", "off 全群"),
    ("/停用", "here", "off"),
    ("/啟用 全群", "here", "on 全群"),
    ("/封禁 1天 刷屏", "ban", "1天 刷屏"),
    ("/解封", "unban", ""),
    ("/敏感詞 add 词", "words", "add 词"),
    ("/pause 换显卡", "pause", "换显卡"),
    ("/暂停", "pause", ""),
    ("@zdraw_bot 暂停 换显卡", "pause", "换显卡"),
    ("/继续", "resume", ""),
    ("@zdraw_bot 恢复", "resume", ""),
    ("/history", "history", ""),
    ("历史", "history", ""),
    ("我的图", "history", ""),
    ("歷史", "history", ""),
    ("參數", "info", ""),
    ("忘記我", "forget", ""),
    ("参数", "info", ""),
    ("/参数 k3v9x2ab", "info", "k3v9x2ab"),
    ("@zdraw_bot 查看参数", "info", ""),
    ("导出", "export", ""),
    ("忘记我", "forget", ""),
    ("/忘记我", "forget", ""),
]

TALK = [
    "",
    " ",
    "/",
    "@zdraw_bot",
    "画一只猫",
    "画得真好",
    "绘画课",
    "画图书馆的人",
    "我想画 一只猫",
    "draw a cat",
    "@zdraw_bot 画得真好",
    "@zdraw_bot 画风不错",
    "@other_bot 画 一只猫",
    "@zdraw_bot_2 画 一只猫",
    "/draw@other_bot 猫",
    "/画@other_bot 猫",
    "画@other_bot 猫",
    "/draw@zdraw_bot_2 猫",
    "/draw@zdraw_bot@x",
    "/drawing a cat",
    "/draw.io 怎么用",
    "/drawa@x@y",
    "/unknown",
    "//draw",
    "取消 明天的会",
    "/取消订单",
    "再来一杯",
    "再来 一杯",
    "帮助我",
    "安静",
    "安静 一点",
    "排队 好久",
    "停用",
    "停用 全群",
    "解封",
    "敏感词",
    "启用 新版本",
    "封禁 他",
    "暂停",
    "继续",
    "恢复",
    "/继续努力",
    "@zdraw_bot 继续努力",
    "历史 课",
    "历史课",
    "我的图 好看吗",
    "我的图书馆",
    "参数 怎么写",
    "参数呢",
    "导出 到哪里",
    "忘记我吧",
    "忘记我 了",
]


TRIGGERS = sorted(trigger for command in COMMANDS for trigger in command.triggers)
#: Of these two are requests with a description, and act wherever the bot reads them.
DRAWING = {"画": "draw", "画图": "draw", "绘画": "draw", "改图": "edit"}


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_no_word_alone_is_a_command_where_people_talk_with_each_other(trigger):
    for talk in (trigger, f"{trigger} ", f"{trigger}，", f"{trigger} 开"):
        if not (trigger in DRAWING and talk.endswith("开")):
            assert match_command(talk, BOT, bare=False) is None
    for call in (f"/{trigger}", f"@{BOT} {trigger}", f"{trigger}@{BOT}"):
        assert match_command(call, BOT, bare=False) == match_command(call, BOT) is not None


@pytest.mark.parametrize("trigger", DRAWING)
def test_with_a_description_it_is(trigger):
    called = DRAWING[trigger], "一只猫"
    assert match_command(f"{trigger} 一只猫", BOT, bare=False) == called


@pytest.mark.parametrize(("text", "command", "rest"), CALLS)
def test_calls(text, command, rest):
    assert match_command(text, BOT) == (command, rest)
    assert match_command(text, f"@{BOT}") == (command, rest)


@pytest.mark.parametrize("text", TALK)
def test_talk_and_other_bots_commands(text):
    assert match_command(text, BOT) is None


@given(st.text())
def test_the_rest_is_what_was_typed(rest):
    text = f"/draw -{rest}"
    assert match_command(text, BOT) == ("draw", f"-{rest}")


@given(st.text() | st.text("/画图@再来取消停用Zdraw_Bot 一 ：,"))
def test_any_message_is_read_without_an_error(text):
    call = match_command(text, BOT)
    # Behind what the trigger says by itself: 「/停用 全群」 is "off 全群".
    assert call is None or text.endswith(call[1].removeprefix("off").lstrip())
