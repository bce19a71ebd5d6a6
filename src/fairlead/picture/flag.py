"""The country code (ISO 3166-1) of each administration's maritime identification digits, for formats that name flags by code.

Names and digits stand in `picture.mid`; parts of a country that have a code of their own have it here.
"""

from __future__ import annotations

from typing import Final

CODES: Final = """
ad:202 ae:470,471 af:401 ag:304,305 ai:301 al:201 am:216 ao:603 ar:701 as:559 at:203 au:503 aw:307 az:423 ba:478 bb:314 bd:405
be:205 bf:633 bg:207 bh:408 bi:609 bj:610 bm:310 bn:508 bo:720 bq:306 br:710 bs:308,309,311 bt:410 bw:611 by:206 bz:312 ca:316
cc:523 cd:676 cf:612 cg:615 ch:269 ci:619 ck:518 cl:725 cm:613 cn:412,413,414 co:730 cr:321 cu:323 cv:617 cw:306 cx:516
cy:209,210,212 cz:270 de:211,218 dj:621 dk:219,220 dm:325 do:327 dz:605 ec:735 ee:276 eg:622 er:625 es:224,225 et:624 fi:230
fj:520 fk:740 fm:510 fo:231 fr:226,227,228 ga:626 gb:232,233,234,235 gd:330 ge:213 gf:745 gh:627 gi:236 gl:331 gm:629 gn:632
gp:329 gq:631 gr:237,239,240,241 gt:332 gw:630 gy:750 hk:477 hn:334 hr:238 ht:336 hu:243 id:525 ie:250 il:428 in:419 iq:425 ir:422
is:251 it:247 jm:339 jo:438 jp:431,432 ke:634 kg:451 kh:514,515 ki:529 km:616,620 kn:341 kp:445 kr:440,441 kw:447 ky:319 kz:436
la:531 lb:450 lc:343 li:252 lk:417 lr:636,637 ls:644 lt:277 lu:253 lv:275 ly:642 ma:242 mc:254 md:214 me:262 mg:647 mh:538 mk:274
ml:649 mm:506 mn:457 mo:453 mp:536 mq:347 mr:654 ms:348 mt:215,229,248,249,256 mu:645 mv:455 mw:655 mx:345 my:533 mz:650 na:659
nc:540 ne:656 ng:657 ni:350 nl:244,245,246 no:257,258,259 np:459 nr:544 nu:542 nz:512 om:461
pa:351,352,353,354,355,356,357,370,371,372,373,374 pe:760 pf:546 pg:553 ph:548 pk:463 pl:261 pm:361 pn:555 pr:358 ps:443
pt:204,255,263 pw:511 py:755 qa:466 re:660 ro:264 rs:279 ru:273 rw:661 sa:403 sb:557 sc:664 sd:662 se:265,266 sg:563,564,565,566
sh:608,665 si:278 sk:267 sl:667 sm:268 sn:663 so:666 sr:765 ss:638 st:668 sv:359 sx:306 sy:468 sz:669 tc:364 td:670
tf:501,607,618,635 tg:671 th:567 tj:472 tl:550 tm:434 tn:672 to:570 tr:271 tt:362 tv:572 tw:416 tz:674,677 ua:272 ug:675
us:303,338,366,367,368,369 uy:770 uz:437 va:208 vc:375,376,377 ve:775 vg:378 vi:379 vn:574 vu:576,577 wf:578 ws:561 ye:473,475
za:601 zm:678 zw:679
"""
SEVERAL: Final = frozenset({306})  # given to three parts of one country: the digits do not say which
FLAG: Final[dict[int, str]] = {
    int(mid): code
    for code, _, mids in (word.partition(":") for word in CODES.split())
    for mid in mids.split(",")
    if int(mid) not in SEVERAL
}
