def test_try(site):
    v = site.visit()
    ver = site.submit()
    site.answer(ver)
    for path in [
        "/healthz",
        "/readyz",
        "/sign-in",
        "/",
        "/worklist",
        "/worklist?tab=all",
        "/verifications/new",
        f"/verifications/{ver}",
        f"/verifications/{ver}/live",
        "/account",
        "/access",
        "/api/v1/verifications",
        "/api/v1/openapi.json",
        f"/api/v1/verifications/{ver}",
        "/nothing",
        "/static/verify.css",
    ]:
        r = v.get(path)
        print(
            path,
            r.status_code,
            r.headers.get("content-type"),
            len(r.text),
            r.text[:150] if r.status_code >= 400 else "",
        )
    r = v.send_form("/worklist/search", text="Quill")
    print(r.status_code, "Quill" in r.text)
