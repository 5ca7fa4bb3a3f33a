"""In French, the parts of what is said of the messenger's settings, its ports and its database."""

from __future__ import annotations

MESSENGER = (
    (r"(SELON_TELEGRAM_TOKEN) is missing", "il manque \\1\u00a0"),
    (
        r"put the token that @BotFather gave you in \.env",
        "mettez dans .env le jeton que @BotFather vous a donné",
    ),
    (
        r"(SELON_TELEGRAM_TOKEN) does not look like a token",
        r"\1 ne ressemble pas à un jeton",
    ),
    (r"digits, a colon, letters", "des chiffres, un deux-points, des lettres"),
    (
        r"copy the whole token that @BotFather gave you",
        "recopiez en entier le jeton que @BotFather vous a donné",
    ),
    (r"(SELON_TELEGRAM_TOKEN) is refused by (\S+)", "\\1 est refusé par \\2\u00a0"),
    (
        r"copy it again from @BotFather, and check that it was not revoked",
        "recopiez-le chez @BotFather, et vérifiez qu’il n’a pas été révoqué",
    ),
    (r"(https?://\S+) cannot be reached", r"\1 est injoignable"),
    (
        r"check the network and (SELON_TELEGRAM_API_URL)",
        r"vérifiez le réseau et \1",
    ),
    (
        r"(SELON_\w+_PORT=\d+) on (\S+) cannot be listened on",
        r"impossible d’écouter sur \2, \1",
    ),
    (r"Address already in use", "adresse déjà prise"),
    (r"Permission denied", "permission refusée"),
    (r"another program may have it", "un autre programme l’occupe peut-être"),
    (r"(SELON_WEBHOOK_URL=\S+) is refused by Telegram", r"\1 est refusé par Telegram"),
    (
        r"it must be an https address that the internet reaches, on port 443, 80, 88 or 8443",
        "il faut une adresse https joignable depuis Internet, port 443, 80, 88 ou 8443",
    ),
    (
        r"Telegram calls https addresses only",
        "Telegram n’appelle que des adresses https",
    ),
    (
        r"put a server such as nginx or Caddy, which has a certificate, before Selon",
        "placez devant Selon un serveur qui a un certificat, comme nginx ou Caddy",
    ),
    (r"cannot be opened", "impossible à ouvrir"),
    (r"unable to open database file", "le fichier ne s’ouvre pas"),
    (r"file is not a database", "ce fichier n’est pas une base de données"),
    (r"attempt to write a readonly database", "la base est en lecture seule"),
)
