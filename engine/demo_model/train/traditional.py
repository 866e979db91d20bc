"""Simplified Chinese characters into Traditional ones: those of our captions alone."""

from __future__ import annotations

import re
from typing import Final

PAIRS: Final = (
    "专專业業两兩个個丰豐为為么麼乌烏书書于於亲親们們会會体體侧側俩倆儿兒兰蘭内內写寫净淨准準别別劳勞单單占佔双雙变變号號吗嗎围圍图圖圆圓块塊头頭学學宝寶实實"
    "对對层層帮幫干乾张張强強扰擾报報数數时時显顯条條来來极極构構标標栋棟树樹样樣气氣汉漢没沒浅淺涂塗渐漸温溫满滿点點烦煩爱愛猫貓现現画畫笔筆简簡红紅约約级級"
    "纯純纸紙线線练練细細绘繪给給绿綠缘緣罗羅脸臉腻膩艳艷节節蓝藍装裝观觀视視觉覺计計认認让讓设設识識试試说說请請调調谢謝质質贴貼轮輪轻輕过過还還这這适適里裡"
    "钻鑽锐銳间間阳陽阴陰静靜顶頂颗顆颜顏风風饱飽驾駕鱼魚鲜鮮黄黃边邊丽麗义義尽盡师師杰傑松鬆随隨问問饰飾触觸柠檸畅暢万萬喽嘍与與后後声聲艺藝场場无無协協积積洁潔硕碩匀勻着著"
)
"""A simplified character and its traditional one, in turn. Never one of the drawn characters."""
TABLE: Final = str.maketrans(dict(zip(PAIRS[::2], PAIRS[1::2], strict=True)))

_QUOTED: Final = re.compile(r"(「.*?」|『.*?』|“.*?”|\".*?\"|‘.*?’|'.*?'|【.*?】)")
_MEASURE: Final = re.compile(r"(?<=[一两二三四五1-5１-５])只(?![要有占])")


def traditional(text: str) -> str:
    """What stands in quotes is to be drawn as it is, so it stays."""
    pieces = _QUOTED.split(text)
    pieces[::2] = [_MEASURE.sub("隻", piece).translate(TABLE) for piece in pieces[::2]]
    return "".join(pieces)
