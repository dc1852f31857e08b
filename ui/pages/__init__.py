"""The nine steps of a case, one module each; every module has `make_page(session, case_id)`."""
