"""The words by which headers name what a column holds, the surest first, and what statuses say of a line."""

import re

from segmentation.sources.order_lines.columns import ORDER_COUNTS, spaced

WORDS: dict[str, tuple[str, ...]] = {
    "customer": (
        "customer id", "customer no", "customer number", "customer nr", "customer code", "customer key", "cust id",
        "cust code", "cust no", "client id", "client no", "client number", "client code", "buyer id", "shopper id",
        "member id", "user id", "account id", "contact id", "household key", "household id", "kundennummer",
        "kunden nr", "kundennr", "kunden id", "kundennr.", "id client", "id cliente", "numero client", "card id",
        "customer", "cust", "client", "cliente", "kunde", "buyer", "shopper", "member", "user", "account",
        "buyer username", "username", "customer email", "email customer", "billing email", "email billing",
        "buyer email", "customer e mail", "email address", "email", "e mail", "mail", "customer name", "buyer name",
        "kundenname",
    ),
    "time": (
        "order date", "order time", "order datetime", "order timestamp", "order purchase timestamp", "ordered at",
        "ordered on", "date ordered", "ordered", "purchased", "bought", "sold",
        "date of order", "order created at", "order created", "order placed at",
        "purchase date", "purchase time", "purchased at", "date of purchase", "invoice date", "transaction date",
        "transaction time", "sale date", "sales date", "date of sale", "bestelldatum", "bestellt am",
        "rechnungsdatum", "auftragsdatum", "kaufdatum", "date de commande", "fecha de compra", "fecha de pedido",
        "created at", "created", "date created", "created date", "created on", "placed at", "shop date",
        "posting date", "receipt date", "date", "datetime", "date time", "timestamp", "day", "datum", "fecha", "data",
        "time", "when", "event time", "paid at", "payment date", "processed at", "completed at",
    ),
    "order": (
        "order id", "order no", "order number", "order nr", "order num", "order code", "order key", "order ref",
        "order reference", "orderid", "bestellnummer", "bestell nr", "auftragsnummer", "auftrags nr",
        "numero de commande", "pedido", "invoice id", "invoice no", "invoice number", "invoice nr", "rechnungsnummer",
        "rechnungs nr", "transaction id", "transaction no", "transaction number", "basket id", "receipt id",
        "receipt no", "receipt number", "belegnummer", "sale id", "bill no", "ticket no", "ticket id", "checkout id",
        "order", "bestellung", "auftrag", "invoice", "rechnung", "transaction", "basket", "receipt", "ticket",
        "order name",
    ),
    "amount": (
        "order total", "total amount", "total price", "grand total", "total paid", "amount paid", "total paid amount",
        "line total", "line amount", "order amount", "order value", "total", "amount", "total sales", "total value",
        "price paid", "paid", "gesamtbetrag", "betrag", "gesamtsumme", "summe", "gesamtpreis", "gesamt", "umsatz",
        "montant total", "montant", "total ttc", "importe", "importe total", "payment value", "payment amount",
        "transaction amount", "sales amount", "revenue", "turnover", "spend", "sales", "net sales", "gross sales",
        "net amount", "gross amount", "net total", "gross total", "value", "sum", "subtotal", "sub total",
        "total spent", "total spend", "amount spent", "lifetime spend", "lifetime value", "ltv", "monetary",
    ),
    "last_order": (
        "last order", "last order date", "last order at", "last order on", "last ordered", "last ordered at",
        "date of last order", "latest order", "latest order date", "most recent order", "most recent order date",
        "last purchase", "last purchase date", "last purchased at", "date of last purchase", "latest purchase",
        "most recent purchase", "last transaction", "last transaction date", "last invoice date", "last sale date",
        "letzte bestellung", "letzter kauf", "letzter einkauf", "derniere commande", "dernière commande",
        "dernier achat", "ultimo pedido", "último pedido", "ultima compra", "última compra", "most recent visit",
        "last visit",
    ),
    "orders": ORDER_COUNTS,
    "quantity": (
        "quantity", "qty", "quantity ordered", "ordered quantity", "order quantity", "qty ordered",
        "quantity purchased", "lineitem quantity", "item quantity", "units", "units sold", "menge", "anzahl", "stück",
        "stueck", "stk", "quantité", "quantite", "cantidad", "pieces", "pcs", "number of items",
    ),
    "unit_price": (
        "unit price", "unitprice", "price per unit", "price each", "item price", "lineitem price", "product price",
        "selling price", "sale price", "price", "einzelpreis", "stückpreis", "stueckpreis", "preis", "prix unitaire",
        "prix", "precio unitario", "precio",
    ),
    "product": (
        "sku", "product id", "product code", "product sku", "product no", "product number", "stock code", "stockcode",
        "item id", "item code", "item no", "item number", "item sku", "lineitem sku", "article id", "article no",
        "article number", "artikelnummer", "artikel nr", "artikelnr", "prod code", "prod id", "variant id", "asin",
        "article", "product", "artikel",
    ),
    "product_name": (
        "product name", "product title", "item name", "lineitem name", "product description", "item description",
        "article name", "artikelbezeichnung", "artikelname", "produktname", "bezeichnung", "description", "title",
        "item",
    ),
    "category": (
        "category", "product category", "main category", "category name", "item category", "department",
        "product type", "product group", "kategorie", "warengruppe", "categoria", "catégorie", "group",
    ),
    "currency_column": (
        "currency", "currency code", "order currency", "order currency code", "payment currency", "währung",
        "waehrung", "devise", "moneda", "ccy", "curr",
    ),
    "status": (
        "order status", "financial status", "payment status", "order state", "status", "state", "bestellstatus",
        "zahlungsstatus", "order financial status",
    ),
}  # fmt: skip
# Columns with these words are about something else than the line's customer, time or amount.
_OTHER_WORDS = (
    "tax", "vat", "shipping", "ship", "delivery", "delivered", "discount", "refund", "refunds", "refunded", "fee",
    "fees", "cost", "tip", "tips", "birth", "updated", "modified", "cancel", "canceled", "cancelled", "due",
    "expiry", "expires", "expired", "staff", "employee", "vendor", "supplier", "driver", "shipped", "fulfilled",
    "returned", "steuer", "versand", "rabatt", "exchange", "conversion", "converted", "estimated", "signup",
    "registered", "last login",
)  # fmt: skip
ELSEWHERE = re.compile(rf"\b(?:{'|'.join(_OTHER_WORDS)})\b")
# What shops write of an order that is paid and of one that never was, or was given back.
PAID = frozenset(
    [
        "paid", "complete", "completed", "fulfilled", "shipped", "delivered", "success", "successful", "succeeded",
        "captured", "closed", "done", "settled", "partially refunded", "partially_refunded", "bezahlt",
        "abgeschlossen", "versendet", "geliefert", "ok", "approved",
    ]
)  # fmt: skip
# What a line is called that is a sale.
SOLD = frozenset(
    [
        "sale", "sales", "order", "purchase", "invoice", "charge", "payment", "receipt", "rechnung", "verkauf",
        "bestellung", "auftrag", "vente", "commande", "venta", "pedido",
    ]
)  # fmt: skip
# What a line is called that gives money back.
GIVEN_BACK = frozenset(
    [
        "refunded", "fully refunded", "refund", "partial refund", "return", "returned", "reversal", "reversed",
        "chargeback", "charged back", "credit note", "erstattet", "gutschrift", "storno", "retoure", "erstattung",
        "rückerstattung", "remboursement", "reembolso",
    ]
)  # fmt: skip
NOT_PAID = GIVEN_BACK | frozenset(
    [
        "cancelled", "canceled", "failed", "voided", "void", "expired", "declined", "abandoned", "draft", "rejected",
        "denied", "error", "storniert", "abgebrochen", "trash", "unpaid", "not paid", "payment failed", "unbezahlt",
    ]
)  # fmt: skip


def rank(key: str, name: str) -> int | None:
    """How well a header fits a key, 0 the best; None where it does not."""
    words = spaced(name)
    if words in WORDS[key]:
        return WORDS[key].index(words)
    if ELSEWHERE.search(words):
        return None
    # `Total (EUR)` and `Lineitem quantity` hold the word among others.
    held = [
        place for place, one in enumerate(WORDS[key]) if len(one) > 2 and re.search(rf"\b{re.escape(one)}\b", words)
    ]
    return len(WORDS[key]) + held[0] if held else None
