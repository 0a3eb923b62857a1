"""English expressions of a reply to a quote, by act (see ``lexicon.ACTS``)."""

from __future__ import annotations

_GO = "go ahead|go for it|proceed|start|begin|move forward|go on|move ahead|get started|start working|continue|get going|make a start|crack on"
_WORK = "modelling|modeling|work|project|job|order|production|model|3d model"

PHRASES: dict[str, str] = {
    "yes": f"""
        (i|we) (hereby|do|fully|gladly|happily|) (approve|accept|confirm|validate|agree) ; (approved|accepted|confirmed|validated|agreed|signed off)
        (i|we) (am|are|m|re) (happy|ok|okay|fine|good|glad|pleased) (with (it|this|that)|) ; (happy|ready|good|glad|pleased|fine) to (proceed|{_GO}) ; (i|we) (am|are|m|re) (happy|ready|good|glad|pleased) to (proceed|{_GO}|accept|approve|confirm)
        (please|kindly|you can|you may|feel free to|let s|lets|do) ({_GO}) ; ({_GO}) ; please (do|do so) ; (proceed|start|begin) with ; ({_GO}) with ; (please|you can|you may|let s) ({_GO}) (with|on) ; (please|you can) ({_GO}) (with|on) the ({_WORK})
        lgtm ; looks good to me ; (it|that|this) (works|is fine|is good|is ok|suits) (for|with|by|) (me|us) ; works for (me|us) ; (that|this|it) works ; (ok|okay|good|fine|great|perfect|all good) (for|with|by) (me|us) ; (sounds|looks) (good|great|fine|perfect|ok) (to|for) (me|us)
        (sounds|looks) (good|great|perfect) ; (it is|it s|that is|that s) (ok|approved|accepted|agreed|confirmed|a yes|a deal|a go|settled) ; (is|are) (approved|accepted|confirmed|agreed) ; (it s|it is) (a|) deal ; deal ; let s (go|do it|do this|start|proceed|roll) ; let s go with (it|this|that)
        (you have|here is|i give|i give you|we give) (my|our|the) (approval|go ahead|consent|green light|ok|agreement|permission) ; green light ; (i|we) (give|confirm) (you|) (my|our|the) (approval|go ahead|agreement|green light|ok) ; (i|we) ll take it ; all good to go ; good to go ; consider it (approved|accepted)
        do it ; yes please ; (you ve|you) got (it|a deal) ; (we|i) (are|am|m|re) good to go ; i m in ; we re in ; count me in ; (i|we) (would like|d like) to (proceed|accept|approve|go ahead|confirm) ; it s a yes (from|for) (me|us) ; (a|) yes from (me|us) ; all good ; all ok ; all fine
    """,
    "particle": "yes; yeah; yep; yup; ok; okay; sure; yes yes; sure thing; aye",
    "perfect": "perfect; (that is|that s|it s|it is) perfect",
    "praise": """
        great; good; fine; excellent; awesome; wonderful; brilliant; super; cool; lovely; amazing; fantastic; very good; absolutely; definitely; of course; certainly; happily; no problem; no worries; no issue; no issues; all clear; with pleasure; (great|good) (job|news|work); (that s|that is|it s) (great|good|fine); (i|we) (love|like) it; nice
    """,
    "mine": "(for|from) (me|us|my part|our part|my side|our side|our end|my end); (by|with|to) (me|us); on (my|our) (side|end|part); as far as (i m|i am) concerned",
    "object": """
        (the|your|this|that|my|our|) (quote|quotation|offer|estimate|proposal|price|cost|credits|credit|order|budget|amount|terms offered|quoted price|attached quote)
        (the|your|this|my|our) (modelling|modeling|project|work|model|3d model|job) ; it ; this ; that ; as (is|quoted|proposed|agreed|discussed|offered|described) ; everything
    """,
    "filler": "the; this; that; our; your; my; and; so; then; with; for; to; of; a; an; is; well; all; very; much; here; now; today; hereby; it is; it s; that s; oh; very well; right; i; we; to confirm; just to confirm; for the; on; regarding; as; gladly; happily; fully",
    "greeting": "hi; hello; dear; hey; (good) (morning|afternoon|evening|day); hi (there|all|team|everyone); hello (there|all|team|everyone); dear (sir|madam|team|all|sirs); greetings",
    "names": "mr; mrs; ms; miss; sir; madam; team; all",
    "thanks": "thanks; thank you; (many|big|huge) thanks; thanks (a lot|again|so much|very much|everyone|in advance|indeed|all|team); thank you (so much|very much|again|in advance|all|indeed|kindly|both); (much|) appreciated; cheers; thanks a million; with thanks; please",
    "open": "(thanks|thank you|many thanks|thanks a lot|thank you very much|thank you so much) (again|) for; looking forward (to|); (i|we) (look|am looking|are looking|m looking|re looking) forward (to|); (i|we) (can t|cannot) wait (to|for) ; can t wait (to|for|) ; cant wait (to|for|) ; excited to; sorry for; apologies for; (have|wishing you) a ; i remain; hope you ; i hope you ; don t hesitate (to|) ; excited about",
    "closing": "(let me know|don t hesitate to ask|let us know) if you (need anything|need anything else|have any questions|need more|need any more information) ; any questions let me know ; (best|kind|warm|kindest|warmest|many|) regards; best; (all the|) best (wishes|); (yours|) (sincerely|faithfully|truly); warmly; have a (nice|good|great|lovely) (day|evening|week|weekend|one|afternoon); (see|talk|speak to) you (soon|then|later|on monday); cheers; bye; take care; good day; rgds; br; kr; good evening to you; enjoy your (day|weekend|evening)",
    "logistics": "(keep|please keep) (me|us) (posted|updated|informed) ; asap; as soon as (possible|you can|you like) ; whenever (you re|you are|) (ready|you can|you like|you want) ; right away; straight away; immediately; at your convenience; in your own time; when you can; when you re ready; (the sooner|sooner) the better; no rush; (it is|it s) urgent; urgent",
    "ack": "(got|received) (it|this|your (mail|email|quote|message|offer)|); noted; (well|duly) (received|noted); understood; (i|we) (have|ve|) (received|got|read|seen|reviewed) (your|the) (quote|email|message|mail|offer|proposal|estimate); received; seen; copy that; acknowledged; roger",
    "ask_when": "when; how (soon|long|fast|quickly); what is the (lead time|timeline|delivery time|eta|turnaround); what s the (lead time|timeline|delivery time|eta|turnaround); by when; any idea when; what (lead time|timeline) ; when (will|can|do|would|should)",
    "because": "because; as we; since; due to; for budget reasons",
    "refuse": """
        no (thanks|thank you) ; (i|we) (do not|don t|cannot|can t|will not|won t) (approve|accept|agree|confirm|want it|want this|want to proceed|wish to proceed|wish to continue|want to continue|want to go ahead)
        (i|we) (hereby|must|have to|will|ll|) (decline|refuse|reject|pass|cancel) ; (declined|rejected|refused|cancelled|canceled) ; (i|we) (ll|will) pass ; (please|kindly|i want to|i would like to|i d like to|we would like to|we want to|you can|let s|) cancel (it|this|everything|all|) ; (i|we|) (am|are|m|re|) (not|no longer) interested (any more|anymore|in this|) ; never mind; nevermind
        (we|i) (won t|will not|are not|aren t|am not|m not) (be|) (going ahead|proceeding|going forward|moving forward|continuing|taking this further|pursuing this) ; (we|i) (have|ve|) decided (not to (proceed|continue|go ahead|accept|pursue)|against it|to decline|to cancel) ; (let s|) (drop|forget|scrap) it ; forget (it|about it) ; absolutely not; no way; (it s|it is|that s) a no ; hard pass ; not for us ; not for me ; (we|i) (have|ve) (chosen|found|gone with) (another|someone else|a different) ; no deal ; thanks but no thanks ; thank you but no ; not approved; not accepted ; (please|) stop (the|this|) (project|everything|work|) ; please close (the|this|my) (ticket|request|case)
    """,
    "no": "no; nope; nah; no no",
    "price": "(it s|that s|it is|this is|) (way|far|a bit|a little|just|) too (expensive|pricey|much|high|costly) (for (me|us)|); expensive; over (our|my|) budget; out of (our|my|) budget; discount; cheaper; dollars; dollar; usd; eur; gbp; pounds; free; price is too high; lower",
    "condition": "if; unless; provided; providing; subject to; as long as; so long as; once; only if; assuming; depending; depends; conditional; on condition; until; till; before; after; contingent; in case; given that; should you; when; whenever; except; pending; with the proviso; otherwise; or else; upon; while; even if",
    "contrast": "but; however; although; though; except; yet; still; actually; wait; apart from; despite; nevertheless; without; instead; rather; oops; correction; scratch that; on second thought; mistake; hold on",
    "hold": "tomorrow; later; soon; next; week; month; monday; tuesday; wednesday; thursday; friday; saturday; sunday; not yet; yet; tonight; waiting; wait; awaiting; thinking; think; check; checking; review; reviewing; get back; let you know; let me; come back; circle back; out of office; holiday; vacation; office; hold; pause; to be (confirmed|approved); tbc; tbd; back to you; call you; minute",
    "future": "will; ll; going to; gonna; shall; plan to; intend; promise; expect; about to; soon; will be",
    "past": "would; could; should; might; was; were; had; have been; been; did; used to; wanted; thought; almost; said; already; have (approved|accepted); ve (approved|accepted); has",
    "hearsay": "he; she; they; boss; manager; husband; wife; partner; colleague; client; customer; director; team lead; said; says; told; someone; accountant; department; his; her; their; you; friend; ceo; owner",
    "negation": "not; don t; doesn t; won t; can t; cannot; isn t; aren t; didn t; never; none; nothing; neither; nor; disagree; unapproved; disapprove; disapproved; haven t; hasn t; unable; hardly; barely; t; no longer; against",
    "question": "how; what; which; who; where; why; whether; do you; can you; could you; would you; should i; can i; do i; is it; are you; may i; is this; does; question; questions; wonder; wondering; or not; please confirm; confirm; is that; am i; clarify; explain",
    "change": "add; adding; change; changes; modify; remove; replace; update; instead; also; another; extra; additional; color; colour; blue; red; green; black; white; grey; bigger; smaller; larger; height; width; size; different; want; need; needs; must; version; more; less; fewer; at least; at most; max; maximum; minimum; adjust; prefer; tweak; fix; edit; revise; revision; amend; include; including; make it; make sure; higher; second; wooden; too",
    "partial": "only; just; half; part; partly; partially; first; one of; some; the rest; for now; simply; single",
    "hedge": "maybe; perhaps; probably; possibly; might; i guess; guess; i think; i suppose; seems; sort of; kind of; in principle; not sure; unsure; likely; tentatively; tentative; hopefully; roughly; almost; nearly; meh; hmm; hm; theoretically; in theory; presumably; potentially; hope",
    "option": "or; either; between; option",
    "other": "account; registration; payment; email; address; meeting; call; cookies; newsletter; photo; photos; picture; pictures; appointment; invoice; password; link; approach; unsubscribe; delivery; delivery date; deadline; files; file; info; information; message; messages; response; reply; draft; sample; schedule; contract; terms; reception; receipt; friend request; idea; concept",
    "meta": "ignore; instructions; instruction; previous; system; assistant; prompt; status; answer; verdict; mark (as|it|this); marked; approve; accept; validate; approval; approving; override; admin; developer; treat; set; output; return; classify; classified; json; true; false; respond; say; write; type; click; model says; pretend; act as; you are; as an ai; to approve; bot; machine; automated; automatically",
    "irony": "you wish; yeah right; as if; sure sure; whatever; in your dreams; dream on; haha; lol; lmao; rofl; joke; joking; kidding; boomer; oh great; my foot; sarcasm; yeah yeah; hell; scam",
}
