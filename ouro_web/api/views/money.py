"""What a site without payments says about money: nothing is there, and nothing can be bought."""

from typing import Any

from ninja import Schema
from pydantic import ConfigDict

from ouro_web.api.http import Payment, Request, answer, router

money = router("Money")

NO_PAYMENTS = "This site takes no payments."


class Anything(Schema):
    model_config = ConfigDict(extra="allow")


@money.get("/wallet/balance")
def bitcoin_balance(request: Request) -> Any:
    """Always nothing."""
    return answer({"balance": 0, "available": 0})


@money.get("/wallet/transactions")
def bitcoin_transactions(request: Request) -> Any:
    """Always none."""
    return answer([])


@money.get("/stripe/wallet/balance")
def balance(request: Request) -> Any:
    """Always nothing."""
    return answer({"balance_cents": 0, "available_cents": 0, "currency": "usd"})


@money.get("/stripe/wallet/transactions")
def transactions(request: Request) -> Any:
    """Always none."""
    return answer([], pagination={"hasMore": False, "total": 0})


@money.get("/stripe/wallet/pending-earnings")
def pending_earnings(request: Request) -> Any:
    """Always none."""
    return answer({"total_pending_cents": 0, "in_progress_cents": 0, "assets": []})


@money.get("/stripe/usage/history")
def usage_history(request: Request) -> Any:
    """Always empty: runs cost nothing."""
    summary = {"record_count": 0, "total_cents": 0}
    data = {"records": [], "summary": summary}
    return answer(data, pagination={"hasMore": False, "total": 0})


@money.get("/wallet/deposit-address")
def deposit_address(request: Request) -> Any:
    """Refused: there is no wallet."""
    raise Payment(NO_PAYMENTS, code="payments_unavailable")


def refuse(request: Request, body: Anything) -> Any:
    """Refused: this site takes no payments."""
    raise Payment(NO_PAYMENTS, code="payments_unavailable")


for path in ("wallet/purchase-asset", "wallet/send-sats", "stripe/wallet/purchase-asset",
             "stripe/wallet/tip"):  # fmt: skip
    name = path.replace("/", "_").replace("-", "_")
    money.post(f"/{path}", operation_id=name, url_name=name)(refuse)
