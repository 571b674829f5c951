//! Where the OpenAPI files that are made of the shim's documents differ from the contracts.

/// How operations of ours differ from their contracts, and why they may. Each must be so; `*` are all that do.
pub const DIFFERENCES: &[(&[&str], &[&str], &str)] = &[
    (
        &[
            "eartip_menu_list",
            "eartip_usermenu_list",
            "eartip_user_list",
            "eartip_customer_list",
            "eartip_organization_list",
            "eartip_follow_list",
            "eartip_demand_list",
            "eartip_satisfy_list",
            "eartip_contract_list",
        ],
        &["/page_info may be null", "/page_info/total may be null"],
        "null where nobody asks for a numbered page and its total, which these documents do",
    ),
    (&["eartip_stats_sign"], &["/page_info/total may be null"], "the same"),
    (&["eartip_stats_demand", "eartip_stats_follow"], &["/data/1/total may be null"], "the same"),
    (&["rongzi_customer_list", "rongzi_sms_get_messages"], &["/data/total may be null"], "the same"),
    (
        &["eartip_follow_list", "eartip_demand_list", "eartip_satisfy_list"],
        &["/data/*/customers_id may be null"],
        "null where the viewer may not see the contact",
    ),
    (
        &["eartip_stats_follow"],
        &["query page is not documented", "query count is not documented"],
        "its answer tells page and count, as those of its siblings do, which take both",
    ),
    (&["rongzi_account_login"], &["/data/userInfo may be null"], NO_PROFILE),
    (&["ihk_login"], &["/user_id may be null"], NO_PROFILE),
    (&["eartip_user_login"], &["/data/user_id may be null"], NO_PROFILE),
    (
        &["ihk_getpros", "ihk_getpackages", "ihk_getphone", "ihk_savecallback"],
        &["body reg_user_id is not documented"],
        "every operation takes either name of the agent's number",
    ),
    (&["ihk_save_to_customer"], &["body user_id is not documented"], "the same"),
    (&["ihk_login"], &["body machine_no is missing"], "ignored: it is always \"weixin\""),
    (&["rongzi_customer_list"], &["body refreshWX is missing"], "ignored: deprecated"),
    (&["rongzi_sms_get_messages"], &["body empName is missing"], "ignored: empCode says who it is"),
    (&["*"], &["/count may be null"], "null where nobody asks for the number of all rows, which these documents do"),
    (&["grid_login"], &["/data/accountId may be null"], NO_PROFILE),
    (&["grid_gridmap_get"], &["/data/gridCode may be null"], SEEN),
    (&["grid_gridmap_list"], &["/data/*/id may be null"], SEEN),
    (
        &[
            "grid_account_create",
            "grid_account_update",
            "grid_creditreportaccount_create",
            "grid_creditreportaccount_update",
        ],
        &["body orgName is missing"],
        "ignored: orgCode says which it is",
    ),
    (
        &["grid_gridinfo_update"],
        &["body id is missing", "body gridCode is missing"],
        "ignored: the path says which it is",
    ),
    (&["grid_senator_create"], &["body senatorId is missing"], "ignored: the server numbers them"),
    (&["grid_family_member_create"], &["body memberId is missing"], "ignored: the server numbers them"),
    (
        &["grid_resident_import"],
        &["body orgName is missing", "body realName is missing"],
        "ignored: the token says who imports",
    ),
    (
        &["grid_customer_create", "grid_customer_draft_create", "grid_customer_draft_update", "grid_customer_update"],
        &[
            "body createdAt is missing",
            "body updatedAt is missing",
            "body registrant is missing",
            "body registerOrg is missing",
        ],
        "ignored: the server knows when it is, and who asks",
    ),
    (
        &["grid_customer_create", "grid_customer_draft_create", "grid_customer_draft_update"],
        &["body status is missing"],
        "ignored: the operation says what becomes of the customer",
    ),
    (
        &["grid_customer_create", "grid_customer_draft_create", "grid_customer_draft_update", "grid_customer_update"],
        &["body gridId is not documented"],
        "the grid by its number, instead of gridCode",
    ),
    (
        &["grid_customer_create_from_resident", "grid_customer_import"],
        &["body registrant is missing", "body registerOrg is missing"],
        "ignored: the token says who it is",
    ),
    (
        &["grid_whitelist_update", "grid_greylist_update", "grid_blacklist_update"],
        &["body createdAt is missing"],
        "ignored: the server knows when it was",
    ),
    (&["grid_customer_import"], &["body gridName is missing"], "ignored: gridCode says which it is"),
    (&["grid_customer_export"], &["query gridName is missing"], "the same"),
    (
        &["grid_customer_set_status_batch"],
        &["body list is not documented"],
        "the bare list, or the list under this name",
    ),
    (
        &["grid_customer_list_by_account"],
        &["/data/*/accountId is missing", "/data/*/orgCode is missing"],
        "null in the only example, and nowhere told what it is",
    ),
    (&["grid_customer_tag_list"], &["/data may be null"], "null where there is no such customer"),
    (&["grid_finance_get"], &["/data/idNumber may be null"], SEEN_CUSTOMER),
    (&["grid_creditapproval_report"], &["/data/FinanceInfo/idNumber may be null"], SEEN_CUSTOMER),
    (
        &["grid_creditdetail_create", "grid_creditdetail_update"],
        &[
            "body accountId is missing",
            "body accountName is missing",
            "body approvalStatus is missing",
            "body attachFlag is missing",
            "body createdAt is missing",
            "body customerId is missing",
            "body gridName is missing",
            "body orgCode is missing",
            "body orgName is missing",
            "body status is missing",
            "body updatedAt is missing",
        ],
        "ignored: the server knows who asks and when, whose id number it is, what is uploaded and what was decided",
    ),
    (
        &["grid_creditdetail_create", "grid_creditdetail_update"],
        &["body gridId is not documented"],
        "the grid by its number, instead of gridCode",
    ),
    (
        &["grid_creditdetail_import"],
        &[
            "body accountId is missing",
            "body accountName is missing",
            "body gridName is missing",
            "body orgCode is missing",
            "body orgName is missing",
        ],
        "ignored: gridCode says which grid it is, and the token who imports",
    ),
    (
        &["grid_ocr_id_card"],
        &[
            "/data/name may be left out",
            "/data/sex may be left out",
            "/data/nation may be left out",
            "/data/birthday may be left out",
            "/data/address may be left out",
            "/data/idNumber may be left out",
            "/data/issuedAt may be left out",
            "/data/expiredAt may be left out",
            "/data/issuedOrganization may be left out",
        ],
        "each side has its own",
    ),
];

const SEEN_CUSTOMER: &str = "null only where the viewer may not see the customer, who then does not see his assets";

const SEEN: &str = "null only where the viewer may not see the grid, who then does not see its map";

const NO_PROFILE: &str = "an account of the realm without a profile may sign in";
