"""User agents as they are publicly known, for the labelled log of scans. Models are common ones."""

from __future__ import annotations

_BLINK = "AppleWebKit/537.36 (KHTML, like Gecko)"
_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


def _android(phone: str, rest: str) -> str:
    return f"Mozilla/5.0 (Linux; Android {phone}) {_BLINK} {rest}"


def _iphone(version: str, rest: str) -> str:
    return f"Mozilla/5.0 (iPhone; CPU iPhone OS {version} like Mac OS X) {_WEBKIT} {rest}"


#: Chromium of today hides the phone: thousands of phones say exactly this.
CHROME = [_android("10; K", f"Chrome/{version}.0.0.0 Mobile Safari/537.36")
          for version in (144, 144, 144, 143, 143, 138)]  # fmt: skip
SAMSUNG = [_android("10; K", "SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36")]
SAFARI = [
    _iphone("18_5", "Version/18.5 Mobile/15E148 Safari/604.1"),
    _iphone("17_6_1", "Version/17.6 Mobile/15E148 Safari/604.1"),
]
#: Apps with a browser inside, and browsers that name their maker: people all of them.
IN_APP = [
    _android("13; SM-A135F Build/TP1A.220624.014; wv", "Version/4.0 Chrome/143.0.7499.34 Mobile"
             " Safari/537.36 Zalo android/251001903 ZaloTheme/light ZaloLanguage/vi"),
    _android("11; CPH2239 Build/RKQ1.201217.002;", "Version/4.0 Chrome/138.0.7204.179 Mobile"
             " Safari/537.36 Zalo android/12100676 ZaloTheme/dark ZaloLanguage/vi"),
    _iphone("17_6_1", "Mobile/15E148 Zalo iOS/602 ZaloTheme/light ZaloLanguage/vn"),
    _android("12; Redmi 9A Build/SP1A.210812.016; wv", "Version/4.0 Chrome/142.0.7444.102 Mobile"
             " Safari/537.36 [FB_IAB/FB4A;FBAV/532.0.0.48.97;]"),
    _android("13; RMX3630 Build/TP1A.220905.001; wv", "Version/4.0 Chrome/141.0.7390.70 Mobile"
             " Safari/537.36 [FB_IAB/Orca-Android;FBAV/520.0.0.36.107;]"),
    _iphone("18_5", "Mobile/15E148 [FBAN/FBIOS;FBAV/512.0.0.41.106;FBBV/739483251;FBDV/iPhone14,5;"
            "FBMD/iPhone;FBSN/iOS;FBSV/18.5;FBSS/3;FBID/phone;FBLC/vi_VN;FBOP/5]"),
]  # fmt: skip
#: Their names hold words of bots and programs; they are phones in people's hands.
MISTAKEN = [
    _android("10; CUBOT NOTE 20 Build/QP1A.190711.020; wv", "Version/4.0 Chrome/138.0.7204.63"
             " Mobile Safari/537.36"),
    _android("9; CUBOT_X18_Plus", "Chrome/127.0.0.0 Mobile Safari/537.36"),
    _android("10; K", "Chrome/143.0.0.0 Mobile Safari/537.36 BingSapphire/31.2.420603001"),
    _iphone("18_5", "GSA/380.0.788317806 Mobile/15E148 Safari/604.1"),
    _android("13; SM-A057F Build/TP1A.220624.014; wv", "Version/4.0 Chrome/142.0.7444.48 Mobile"
             " Safari/537.36 Viber/25.1.0.0"),
    _android("12; V2111 Build/SP1A.210812.003; wv", "Version/4.0 Chrome/140.0.7339.51 Mobile"
             " Safari/537.36 trill_360905 BytedanceWebview/d8a21c6"),
]  # fmt: skip
#: Phones of long ago tell nothing of what they fetch for.
OLD = [
    _android("5.1.1; A37f", "Chrome/70.0.3538.110 Mobile Safari/537.36"),
    _android("6.0.1; SM-J700H", "Chrome/79.0.3945.136 Mobile Safari/537.36"),
    "Opera/9.80 (Android; Opera Mini/36.2.2254/191.303; U; vi) Presto/2.12.423 Version/12.16",
    "Mozilla/5.0 (Mobile; Nokia_8000_4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5.2.1",
    "Mozilla/5.0 (Linux; U; Android 6.0; vi; A37f Build/MRA58K) AppleWebKit/537.36 (KHTML, like"
    " Gecko) Version/4.0 Chrome/57.0.2987.108 UCBrowser/12.13.2.1208 Mobile Safari/537.36",
    _iphone("12_5_7", "Version/12.1.2 Mobile/15E148 Safari/604.1"),
]
DESKTOP = [
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_BLINK} Chrome/144.0.0.0 Safari/537.36",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_BLINK} coc_coc_browser/140.0.200"
    " Chrome/134.0.6998.200 Safari/537.36",
]

#: What fetches a page to show its title where a link was sent. Of Zalo's only the name is known.
PREVIEWERS = [
    "Mozilla/5.0 (compatible; Zalobot/1.0)",
    "ZaloShareAgent/1.0",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "meta-externalfetcher/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)",
    "TelegramBot (like TwitterBot)",
    "Viber/25.1.0 (link preview)",
    "WhatsApp/2.25.30.76 A",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko)"
    " Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "Twitterbot/1.0",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    f"Mozilla/5.0 (Windows NT 6.1; WOW64) {_BLINK} SkypeUriPreview Preview/0.5",
]
CRAWLERS = [
    "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like"
    " Gecko) Chrome/143.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1;"
    " +http://www.google.com/bot.html)",
    f"Mozilla/5.0 {_BLINK[:-1]}; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"
    " Chrome/136.0.0.0 Safari/537.36",
    "Mozilla/5.0 (compatible; coccocbot-web/1.0; +http://help.coccoc.com/searchengine)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36"
    " (compatible; Bytespider; spider-feedback@bytedance.com)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2;"
    " +https://openai.com/gptbot)",
    "Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)",
]
MONITORS = [
    "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
    "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
    "Better Uptime Bot Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML,"
    " like Gecko) Chrome/130.0.0.0 Safari/537.36",
]
LIBRARIES = ["curl/8.5.0", "python-requests/2.32.3", "Go-http-client/2.0", "okhttp/4.12.0",
             "Wget/1.21.4", "axios/1.7.9", "Java/17.0.9", "",
             "Dalvik/2.1.0 (Linux; U; Android 11; CPH2239 Build/RKQ1.201217.002)"]  # fmt: skip
HEADLESS = [f"Mozilla/5.0 (X11; Linux x86_64) {_BLINK} HeadlessChrome/143.0.0.0 Safari/537.36"]
#: Programs that look for weak places and say that they are browsers.
DISGUISED = [
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_BLINK} Chrome/120.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 13_2_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Version/13.0.3 Mobile/15E148 Safari/604.1",
]
