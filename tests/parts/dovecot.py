"""A private Dovecot: one mailbox over IMAP on a free port, everything of it in one folder, nothing of the machine's own."""

import getpass
import imaplib
import shutil
import tempfile
import time
from pathlib import Path

from parts.programs import Missing, Program, answers, free_port

USER, PASSWORD = "shop", "open-sesame"


class Dovecot:
    """`.url` is where, `.put(raw)` lays a mail into the mailbox; `.stop()` and `.start()` for a server that goes away."""

    def __init__(self):
        binary = shutil.which("dovecot", path="/usr/sbin:/usr/bin:/usr/local/sbin")
        if binary is None:
            raise Missing("The tests need Dovecot: apt-get install dovecot-imapd")
        self.port, self._binary = free_port(), binary
        self._folder = Path(tempfile.mkdtemp(prefix="afterlike-dovecot-"))  # pytest's own folders are shut to other users
        self._folder.chmod(0o755)
        (self._folder / "mail").mkdir()
        self._write()
        self.start()

    @property
    def url(self) -> str:
        return f"imap://{USER}:{PASSWORD}@127.0.0.1:{self.port}/INBOX"

    def _write(self) -> None:
        """As root, Dovecot refuses to serve mail as root: its own user owns the mailbox then."""
        owner = "dovecot" if getpass.getuser() == "root" else getpass.getuser()
        inner = "dovenull" if owner == "dovecot" else owner
        if owner == "dovecot":
            shutil.chown(self._folder / "mail", owner)
        place = self._folder
        (place / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
        (place / "dovecot.conf").write_text(f"""
base_dir = {place}/run
state_dir = {place}/state
log_path = {place}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {owner}
default_login_user = {inner}
default_internal_group = {owner}
mail_location = maildir:{place}/mail
mail_uid = {owner}
mail_gid = {owner}
first_valid_uid = 1
mailbox_idle_check_interval = 1s
namespace inbox {{
  inbox = yes
}}
passdb {{
  driver = passwd-file
  args = {place}/users
}}
userdb {{
  driver = static
  args = uid={owner} gid={owner} home={place}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {self.port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
""")

    def start(self) -> None:
        self.program = Program([self._binary, "-F", "-c", str(self._folder / "dovecot.conf")], log=self._folder / "out")
        self.program.wait_for(lambda: answers(self.port), what="Dovecot")

    def put(self, raw: bytes) -> None:
        box = imaplib.IMAP4("127.0.0.1", self.port)
        box.login(USER, PASSWORD)
        state, told = box.append("INBOX", None, imaplib.Time2Internaldate(time.time()), raw)
        assert state == "OK", told
        box.logout()

    def flags(self) -> list[bytes]:
        """What is marked on each mail."""
        box = imaplib.IMAP4("127.0.0.1", self.port)
        box.login(USER, PASSWORD)
        box.select("INBOX", readonly=True)
        _, told = box.uid("FETCH", "1:*", "(FLAGS)")
        box.logout()
        return [one for one in told if one]

    def stop(self) -> None:
        self.program.stop()

    def close(self) -> None:
        if self.program.running:
            self.program.stop()
        self.program.end()
        shutil.rmtree(self._folder)
