"""Secrets: one salt a use, tokens that survive one rotation, hashes that never change, files nobody else reads."""

import multiprocessing
import stat
from concurrent.futures import ProcessPoolExecutor

import pytest

from afterlike import signing
from afterlike.signing import BadToken, Keyring, keyring, new_token, rotate, token_hash
from parts.product import afterlike

PEPPER = b"p" * 32


def ring(*keys: str) -> Keyring:
    return Keyring(keys or ("k" * 32,), PEPPER)


def test_a_token_carries_its_value():
    assert ring().unsign("like", ring().sign("like", ["shop", 5]), max_age_s=60) == ["shop", 5]


TAMPERED = {
    "another use": lambda token: ring().sign("form", 1),
    "another secret": lambda token: ring("x" * 32).sign("like", 1),
    "cut off": lambda token: token[:-1],
    "longer": lambda token: token + "A",
    "empty": lambda token: "",
    "no signature": lambda token: token.partition(".")[0],
    "another value": lambda token: "Mg" + token[2:],
    "swapped": lambda token: ".".join(reversed(token.split("."))),
    "spaces": lambda token: f" {token}",
    "NUL": lambda token: token + "\0",
}


@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED)
def test_a_token_that_was_touched_is_refused(tamper):
    with pytest.raises(BadToken):
        ring().unsign("like", tamper(ring().sign("like", 1)), max_age_s=60)


def test_a_token_has_its_age():
    with pytest.raises(BadToken, match="age"):
        ring().unsign("like", ring().sign("like", 1), max_age_s=-1)


def test_an_old_secret_is_still_read_and_never_signs():
    old, new = "o" * 32, "n" * 32
    both = ring(new, old)
    assert both.unsign("like", ring(old).sign("like", 1), max_age_s=60) == 1
    assert ring(new).unsign("like", both.sign("like", 1), max_age_s=60) == 1
    with pytest.raises(BadToken):
        ring(old).unsign("like", both.sign("like", 1), max_age_s=60)


def test_a_token_is_read_after_one_rotation_and_gone_after_two(tmp_path):
    def now() -> Keyring:
        return keyring(tmp_path, secret_keys=(), pepper=())

    first = now()
    token, proof, hashed = first.sign("like", 1), first.proof("form", "me"), first.hashed("visitor", "ada")
    rotate(tmp_path)
    assert now().unsign("like", token, max_age_s=60) == 1 and now().proves("form", "me", proof)
    rotate(tmp_path)
    with pytest.raises(BadToken):
        now().unsign("like", token, max_age_s=60)
    assert not now().proves("form", "me", proof)
    assert now().hashed("visitor", "ada") == hashed  # the pepper never rotates


def test_the_files_are_for_us_alone_and_of_this_many_bits(tmp_path):
    home = tmp_path / "home"
    keyring(home, secret_keys=(), pepper=())
    rotate(home)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()} == {"secret": 0o600, "pepper": 0o600}
    assert all(len(line) == 64 for line in (home / "secret").read_text().split())


def _secrets_of(folder) -> tuple[str, bytes]:
    made = signing.keyring(folder, secret_keys=(), pepper=())
    return made.proof("form", "x"), made.pepper


def test_processes_that_start_at_once_agree(tmp_path):
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as pool:
        agreed = list(pool.map(_secrets_of, [tmp_path / f"home{n // 6}" for n in range(48)]))
    assert [len(set(agreed[start : start + 6])) for start in range(0, 48, 6)] == [1] * 8
    assert len(set(agreed)) == 8


def test_settings_win_over_files(tmp_path):
    made = keyring(tmp_path, secret_keys=("s" * 32, "t" * 32), pepper=("p" * 40,))
    assert list(tmp_path.iterdir()) == [] and made.pepper == b"p" * 40


def test_a_proof_is_of_one_value_and_one_use():
    proof = ring().proof("form", "me")
    assert ring().proves("form", "me", proof)
    for salt, value, said in (
        ("form", "you", proof),
        ("like", "me", proof),
        ("form", "me", ""),
        ("form", "me", "é"),
        ("form", "me", proof[:-1]),
    ):
        assert not ring().proves(salt, value, said)


def test_hashes_are_of_one_use_and_one_pepper():
    made = {
        ring().hashed("visitor", "ada"),
        ring().hashed("channel", "ada"),
        ring().hashed("visitor", "ben"),
        Keyring(("k" * 32,), b"q" * 32).hashed("visitor", "ada"),
    }
    assert len(made) == 4 and {len(one) for one in made} == {16}
    assert ring("x" * 32).hashed("visitor", "ada") in made


def test_a_derived_secret_can_be_made_again_and_not_be_guessed():
    assert ring().derived("orders", "shop:1") == ring("x" * 32).derived("orders", "shop:1")
    assert ring().derived("orders", "shop:1") != ring().derived("orders", "shop:2")
    assert len(ring().derived("orders", "shop:1")) == 32


def test_tokens_are_long_and_kept_as_hashes():
    assert len({new_token() for _ in range(1000)}) == 1000 and len(new_token()) == 32
    assert len(token_hash("é")) == 32


def test_the_command_rotates(tmp_path):
    before = keyring(tmp_path, secret_keys=(), pepper=())
    token = before.sign("like", 1)
    afterlike("rotate-secret", home=tmp_path)
    after = keyring(tmp_path, secret_keys=(), pepper=())
    assert after.unsign("like", token, max_age_s=60) == 1
    with pytest.raises(BadToken):
        before.unsign("like", after.sign("like", 1), max_age_s=60)
