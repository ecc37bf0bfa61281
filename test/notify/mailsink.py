"""A mail server for tests (aiosmtpd): prints its port, then a line of JSON for each mail that it takes.

mailsink.py CERTIFICATE KEY MODE      MODE: starttls, smtps, plain (no TLS offered), silent (never greets)
"""
import asyncio, base64, json, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult


class Handler:
    async def handle_DATA(self, server, session, envelope):
        print(json.dumps({
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "tls": session.ssl is not None,
            "user": getattr(session, "auth_data", None), "text": base64.b64encode(envelope.content).decode(),
        }), flush=True)
        return "250 taken"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    good = data.login == b"pilotage" and data.password == b"hunter2"
    return AuthResult(success=good, handled=False, auth_data=f"{mechanism} {data.login.decode()}" if good else None)


async def main():
    certificate, key, mode = sys.argv[1:4]
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    excluded = ["PLAIN"] if mode == "login" else []
    def protocol():
        if mode == "silent":
            return asyncio.Protocol()
        return SMTP(
            Handler(), hostname="sink", enable_SMTPUTF8=True, authenticator=authenticate, auth_exclude_mechanism=excluded,
            auth_require_tls=mode in ("starttls", "login"),
            tls_context=context if mode in ("starttls", "login") else None,
        )
    loop = asyncio.get_running_loop()
    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=context if mode == "smtps" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
