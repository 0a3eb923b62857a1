"""Every setting once: name, type, default, help.

``.env.example`` is generated from here (``python -m settings``) and tested equal. configuration.py reads the values.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

Security = Literal["ssl", "starttls", "none"]


def _f(default: Any, group: str, help_: str, **more: Any) -> Any:
    return Field(default, description=help_, json_schema_extra={"group": group}, **more)


GENERAL, LOCAL = "Général", "Sans compte"
MAIL_IN, MAIL_OUT = "Courrier entrant (Gmail ou tout serveur IMAP)", "Courrier sortant (SMTP)"
MODEL = "Claude (Anthropic)"
PAPERS = "Fichiers lus (directives avec read_files)"
WEB, WATCH = "Web", "Surveillance"
CRM, TASKS, FILES, PHONE = "HubSpot", "ClickUp", "Cloudflare R2", "WhatsApp (Twilio)"


class Settings(BaseSettings):
    """The settings of one installation. Which connector is real follows from which settings are present."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, case_sensitive=False, validate_default=True)

    data_dir: Path = _f(Path("data"), GENERAL, "Dossier des données : base, fichiers, clé. À sauvegarder.")
    directives_dir: Path = _f(Path("directives"), GENERAL, "Dossier des directives : un sous-dossier par métier.")
    business: str = _f("", GENERAL, "Métiers servis, séparés par des virgules ; vide : tous ceux du dossier des directives.")
    admin_email: str = _f("", GENERAL, "Adresse de l'administrateur : il juge les demandes complexes et reçoit les alertes.")
    admin_phone: str = _f(
        "", GENERAL,
        "Numéro WhatsApp de l'administrateur (+33…) : il y répond aux demandes à juger. Sans boîte réglée ou sans ADMIN_EMAIL, c'est là "
        "que tout ce qui lui est adressé arrive.",
    )  # fmt: skip
    secret_key: SecretStr = _f(
        SecretStr(""), GENERAL,
        "Clé maîtresse (signatures, chiffrement), 32 caractères au moins ; vide : tirée au sort dans DATA_DIR/secret.key. "
        "La perdre, c'est perdre les données.",
    )  # fmt: skip
    database_url: SecretStr = _f(SecretStr(""), GENERAL, "postgresql://… ; vide : SQLite dans DATA_DIR/guichet.db.")
    node_name: str = _f(
        "", GENERAL, "Nom de cette machine parmi celles qui partagent une base PostgreSQL ; vide : son nom d'hôte."
    )
    public_url: str = _f(
        "", GENERAL, "Adresse publique du guichet (https://…), pour les liens et les webhooks ; vide : pas de liens."
    )
    reader_processes: int = _f(2, GENERAL, "Processus de lecture au plus, en pleine charge.", ge=1, le=64)
    keep_ignored_days: int = _f(
        0, GENERAL, "Jours où un message ignoré (publicité, réponse automatique) reste lisible ici ; 0 : toujours.", ge=0
    )
    keep_closed_days: int = _f(
        0, GENERAL,
        "Jours où les fichiers et les textes d'un dossier clos restent ici ; son client, sa nature et ses montants restent "
        "après ; 0 : toujours.",
        ge=0,
    )  # fmt: skip
    keep_answers_days: int = _f(30, GENERAL, "Jours où les mots des réponses du modèle restent ; 0 : toujours.", ge=0)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = _f("INFO", GENERAL, "Niveau du journal de bord.")

    gmail_email: str = _f("", MAIL_IN, "Adresse de la boîte ; vide : le dossier INBOX_DIR sert de boîte.")
    gmail_app_password: SecretStr = _f(SecretStr(""), MAIL_IN, "Mot de passe d'application de la boîte.")
    gmail_oauth_client_id: str = _f("", MAIL_IN, "Au lieu du mot de passe : OAuth 2, identifiant du client.")
    gmail_oauth_client_secret: SecretStr = _f(SecretStr(""), MAIL_IN, "OAuth 2, secret du client.")
    gmail_oauth_refresh_token: SecretStr = _f(SecretStr(""), MAIL_IN, "OAuth 2, jeton de rafraîchissement.")
    gmail_oauth_token_url: str = _f("https://oauth2.googleapis.com/token", MAIL_IN, "OAuth 2, adresse des jetons.")
    imap_host: str = _f("imap.gmail.com", MAIL_IN, "Serveur IMAP.")
    imap_port: int = _f(993, MAIL_IN, "Port IMAP.", ge=1, le=65535)
    imap_security: Security = _f("ssl", MAIL_IN, "ssl, starttls ou none (machine locale seulement).")
    imap_folder: str = _f(
        "INBOX", MAIL_IN,
        "Dossiers lus, séparés par des virgules : chacun est une boîte à part, relevée à côté des autres (le premier garde sa place).",
    )  # fmt: skip
    imap_poll_seconds: float = _f(60.0, MAIL_IN, "Secondes entre deux relèves quand le serveur n'annonce rien.", ge=1)
    imap_first_days: int = _f(
        30, MAIL_IN, "À la toute première relève, âge du plus vieux message pris, en jours ; 0 : tous.", ge=0
    )  # fmt: skip
    imap_sent: Literal["auto", "server", "append", "none"] = _f(
        "auto", MAIL_OUT,
        "Qui range la copie des envois : server (le serveur lui-même, comme Gmail), append (nous), none (personne) ; "
        "auto : server chez Gmail, append ailleurs.",
    )  # fmt: skip
    imap_sent_folder: str = _f("", MAIL_OUT, "Dossier des messages envoyés ; vide : celui que le serveur annonce.")
    mail_ca_file: str = _f("", MAIL_IN, "Autorités de certification de vos serveurs, au besoin (fichier PEM).")
    max_message_bytes: int = _f(40_000_000, MAIL_IN, "Taille au-delà de laquelle un message n'est pas téléchargé.", ge=10_000)
    authserv_id: str = _f(
        "mx.google.com", MAIL_IN,
        "Noms (séparés par des virgules) sous lesquels votre serveur signe Authentication-Results ; seuls ceux-là "
        "prouvent l'expéditeur d'un accord.",
    )  # fmt: skip

    smtp_host: str = _f("smtp.gmail.com", MAIL_OUT, "Serveur SMTP.")
    smtp_port: int = _f(465, MAIL_OUT, "Port SMTP.", ge=1, le=65535)
    smtp_security: Security = _f("ssl", MAIL_OUT, "ssl, starttls ou none (machine locale seulement).")
    smtp_user: str = _f("", MAIL_OUT, "Compte SMTP ; vide : GMAIL_EMAIL.")
    smtp_password: SecretStr = _f(SecretStr(""), MAIL_OUT, "Mot de passe SMTP ; vide : celui de la boîte.")
    mail_from_name: str = _f("", MAIL_OUT, "Nom affiché de l'expéditeur ; vide : celui du métier.")

    hubspot_api_key: SecretStr = _f(
        SecretStr(""), CRM, "Jeton d'une application privée HubSpot ; vide : contacts et tickets restent ici."
    )
    hubspot_hub_id: str = _f("", CRM, "Numéro du portail, pour les liens.")
    hubspot_pipeline_id: str = _f("", CRM, "Pipeline des tickets.")
    hubspot_stage_new: str = _f("", CRM, "Étape d'un ticket ouvert.")
    hubspot_stage_closed: str = _f("", CRM, "Étape d'un ticket clos.")
    hubspot_api_version: str = _f("v3", CRM, "Version de l'API : v3, ou une date (2026-09).")
    hubspot_base_url: str = _f("https://api.hubapi.com", CRM, "Adresse de l'API.")
    hubspot_window: int = _f(100, CRM, "Appels permis en dix secondes (100 ; 190 en offre Pro ou Enterprise).", ge=1)
    hubspot_daily: int = _f(250_000, CRM, "Appels permis par jour, tant que le portail ne le dit pas lui-même.", ge=1)
    hubspot_agent_id: str = _f(
        "", CRM, "Utilisateur qui répond dans les conversations ; réglé, les conversations de HubSpot sont une boîte de plus."
    )  # fmt: skip
    hubspot_inbox_id: str = _f("", CRM, "Boîte de conversations lue ; vide : toutes.")
    hubspot_poll_seconds: float = _f(60.0, CRM, "Secondes entre deux relèves des conversations.", ge=1)
    hubspot_client_secret: SecretStr = _f(
        SecretStr(""), CRM, "Secret de l'application HubSpot : il signe les webhooks (v3) ; vide : relèves seules."
    )

    clickup_api_key: SecretStr = _f(SecretStr(""), TASKS, "Jeton ClickUp ; vide : les tâches restent ici.")
    clickup_parent_task_id: str = _f("", TASKS, "Tâche sous laquelle les sous-tâches sont créées.")
    clickup_assignee_id: str = _f("", TASKS, "Utilisateur à qui elles sont confiées ; vide : personne.")
    clickup_base_url: str = _f("https://api.clickup.com/api", TASKS, "Adresse de l'API.")
    clickup_window: int = _f(100, TASKS, "Appels permis par minute (100 ; 1000 en offre Business Plus).", ge=1)
    clickup_webhook_secret: SecretStr = _f(
        SecretStr(""), TASKS, "Secret du webhook, donné par « daemon.py webhooks --register » ; vide : relèves seules."
    )

    r2_access_key_id: str = _f("", FILES, "Clé d'accès R2 ; vide : les fichiers restent sur ce disque.")
    r2_secret_access_key: SecretStr = _f(SecretStr(""), FILES, "Clé secrète R2.")
    r2_bucket_name: str = _f("", FILES, "Compartiment.")
    r2_endpoint_url: str = _f("", FILES, "Adresse S3 du compte (https://….r2.cloudflarestorage.com).")
    spool_bucket: str = _f(
        "", FILES,
        "Compartiment, à part et privé, où plusieurs machines partagent messages bruts et fichiers, scellés ; "
        "vide : DATA_DIR/spool seul.",
    )  # fmt: skip
    r2_public_url: str = _f("", FILES, "Adresse publique du compartiment ; vide : liens signés, valables une semaine.")

    twilio_account_sid: str = _f("", PHONE, "Compte Twilio ; vide : pas de WhatsApp.")
    twilio_auth_token: SecretStr = _f(SecretStr(""), PHONE, "Jeton du compte Twilio : il signe aussi les webhooks.")
    twilio_whatsapp_number: str = _f("", PHONE, "Numéro WhatsApp du guichet (+33…).")
    twilio_messaging_service: str = _f("", PHONE, "Service de messagerie (MG…), au besoin.")
    twilio_templates: str = _f(
        "", PHONE, "Modèles approuvés, hors de la fenêtre de 24 h : quote=HX…:name,text,button1,button2; *=HX…:name,text"
    )  # fmt: skip
    twilio_base_url: str = _f("https://api.twilio.com", PHONE, "Adresse de l'API.")
    twilio_poll_seconds: float = _f(60.0, PHONE, "Secondes entre deux recherches de webhooks manqués.", ge=1)

    anthropic_api_key: SecretStr = _f(SecretStr(""), MODEL, "Clé Anthropic ; vide : les règles lisent seules, et tout marche.")
    anthropic_model: str = _f("claude-haiku-5-5", MODEL, "Modèle qui lit là où les règles hésitent. Il ne décide jamais rien.")
    anthropic_base_url: str = _f("https://api.anthropic.com", MODEL, "Adresse de l'API.")
    anthropic_monthly_budget: Decimal = _f(Decimal(5), MODEL, "Dollars par mois ; au-delà, les règles lisent seules.", ge=0)
    anthropic_timeout: float = _f(25.0, MODEL, "Secondes laissées à une réponse.", gt=0)
    anthropic_price: str = _f(
        "", MODEL, "Prix d'un modèle inconnu, en dollars par million : entrée,sortie,écriture,écriture d'une heure,lecture."
    )  # fmt: skip

    document_processes: int = _f(1, PAPERS, "Fichiers lus à la fois, au plus ; chacun peut prendre un gigaoctet.", ge=1, le=16)
    tesseract_path: str = _f(
        "", PAPERS, "Programme Tesseract ; vide : celui du système. Sans lui, images et scans restent non lus."
    )
    ocr_languages: str = _f(
        "fra+ara+eng", PAPERS, "Langues reconnues, comme Tesseract les nomme ; chacune coûte du temps.", min_length=3
    )
    whisper_model: str = _f(
        "",
        PAPERS,
        "Dossier d'un modèle faster-whisper, pour transcrire ici les messages vocaux (docs/documents.md) ; vide : aucun.",
    )

    document_vision: bool = _f(
        True, PAPERS, "Montrer à Claude, où sa clé est réglée, les images et scans mal reconnus (écriture à la main) ; false : jamais."
    )  # fmt: skip
    openai_api_key: SecretStr = _f(
        SecretStr(""), PAPERS, "Clé OpenAI, pour transcrire les messages vocaux ; vide : ils restent à écouter."
    )
    openai_model: str = _f("gpt-4o-transcribe", PAPERS, "Modèle qui transcrit ; whisper-1 dit aussi à quel instant.")
    openai_base_url: str = _f("https://api.openai.com/v1", PAPERS, "Adresse de l'API.")
    openai_monthly_budget: Decimal = _f(
        Decimal(5), PAPERS, "Dollars par mois ; au-delà, les messages vocaux restent à écouter.", ge=0
    )
    openai_timeout: float = _f(120.0, PAPERS, "Secondes laissées à une transcription.", gt=0)
    openai_price: str = _f("", PAPERS, "Prix d'un modèle inconnu, en dollars par minute.")

    host: str = _f(
        "127.0.0.1", WEB, "Adresse où le service écoute ; 127.0.0.1 : cette machine seule, derrière un relais (proxy)."
    )
    port: int = _f(5000, WEB, "Port où il écoute ; 0 : pas de web.", ge=0, le=65535)
    trusted_proxies: str = _f(
        "127.0.0.1,::1", WEB,
        "Relais (adresses ou réseaux, séparés par des virgules) crus sur l'adresse du visiteur (X-Forwarded-For).",
    )  # fmt: skip
    api_key: SecretStr = _f(
        SecretStr(""), WEB, "Clé de vos programmes : demandes et validations ; vide : les deux restent fermées."
    )
    form_key: SecretStr = _f(
        SecretStr(""), WEB, "Clé publique de votre formulaire : elle ne permet que de déposer une demande, depuis FORM_ORIGINS."
    )
    form_origins: str = _f(
        "",
        WEB,
        "Sites qui portent le formulaire (https://www.exemple.fr), séparés par des virgules ; PUBLIC_URL en est toujours.",
    )
    form_burst: int = _f(5, WEB, "Demandes qu'un visiteur peut déposer coup sur coup.", ge=1)
    form_pause: float = _f(30.0, WEB, "Secondes après lesquelles il peut en déposer une de plus.", gt=0)
    web_wait: float = _f(
        10.0, WEB, "Secondes pendant lesquelles une demande attend les systèmes du dehors avant la réponse 202.", ge=0, le=60
    )  # fmt: skip
    web_file_bytes: int = _f(25_000_000, WEB, "Taille d'un fichier déposé, au plus.", ge=1_000)
    web_file_seconds: float = _f(20.0, WEB, "Secondes laissées à la récupération des fichiers d'une demande.", gt=0, le=120)

    metrics_key: SecretStr = _f(SecretStr(""), WATCH, "Clé de /metrics ; vide : cette machine seule peut le lire.")
    sentry_dsn: SecretStr = _f(
        SecretStr(""), WATCH, "Projet Sentry à qui dire les erreurs, sans donnée personnelle ; vide : à personne."
    )

    inbox_dir: str = _f("", LOCAL, "Dossier de messages .eml qui sert de boîte ; vide : DATA_DIR/inbox.")
    outbox_dir: str = _f("", LOCAL, "Dossier où sont écrits les messages sortants sans SMTP ; vide : DATA_DIR/outbox.")
    files_dir: str = _f("", LOCAL, "Dossier où sont rangés les fichiers des clients ; vide : DATA_DIR/files.")

    @property
    def phones_admin(self) -> bool:
        """Whether the administrator is written to on WhatsApp, because no mail can reach him."""
        return bool(self.admin_phone and self.twilio_account_sid) and not (self.gmail_email and self.admin_email)

    @property
    def desk_url(self) -> str:
        """Where the desk can be opened: PUBLIC_URL, else its address on this machine; '' where there is no desk (PORT=0)."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url.rstrip("/") or (f"http://{host}:{self.port}" if self.port else "")

    @property
    def has_mailbox(self) -> bool:
        """Whether a real mailbox is set."""
        return bool(self.gmail_email)


def names_in(text: str) -> list[str]:
    """The parts of a list separated by commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, '' when it is none of the web."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("https", "http") and parts.hostname else ""


def example() -> str:
    """The text of ``.env.example``."""
    groups: dict[str, list[str]] = {}
    for name, field in Settings.model_fields.items():
        extra = field.json_schema_extra
        group = str(extra["group"]) if isinstance(extra, dict) else GENERAL
        default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
        groups.setdefault(group, []).append(f"# {field.description}\n#{name.upper()}={default}\n")
    head = "# Réglages de Guichet. Copiez ce fichier en .env et ôtez le # devant ce que vous changez.\n"
    return head + "".join(f"\n# ---- {group}\n\n" + "\n".join(lines) for group, lines in groups.items())


if __name__ == "__main__":
    print(example(), end="")
