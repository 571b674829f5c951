// @generated automatically by Diesel CLI.

diesel::table! {
    accounts (id) {
        id -> BigInt,
        realm -> Nullable<Text>,
        login -> Text,
        name -> Text,
        password_hash -> Text,
        is_manager -> Bool,
        is_frozen -> Bool,
        last_login_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    adviser_opinions (id) {
        id -> BigInt,
        grid_id -> BigInt,
        name -> Text,
        id_number -> Text,
        phone -> Text,
        income -> Nullable<BigInt>,
        expenditure -> Nullable<BigInt>,
        credit_limit -> Nullable<BigInt>,
        signed_on -> Text,
        adviser_name -> Text,
        comment -> Nullable<Text>,
        address -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    advisers (id) {
        id -> BigInt,
        branch_id -> Nullable<BigInt>,
        name -> Text,
        id_number -> Text,
        phone -> Text,
        duty -> Text,
        address -> Text,
        description -> Text,
        standing -> Text,
        kind -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    attachments (id) {
        id -> BigInt,
        account_id -> BigInt,
        realm -> Nullable<Text>,
        name -> Text,
        content_type -> Text,
        size -> BigInt,
        location -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    audit_entries (id) {
        id -> BigInt,
        at -> Timestamp,
        account_id -> Nullable<BigInt>,
        action -> Text,
        entity -> Text,
        entity_id -> BigInt,
        before -> Nullable<Text>,
        after -> Nullable<Text>,
    }
}

diesel::table! {
    background_jobs (id) {
        id -> BigInt,
        kind -> Integer,
        account_id -> Nullable<BigInt>,
        status -> Integer,
        progress -> BigInt,
        total -> BigInt,
        done -> BigInt,
        found -> BigInt,
        failed -> BigInt,
        tries -> Integer,
        message -> Nullable<Text>,
        holder -> Nullable<Text>,
        held_until -> Nullable<Timestamp>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    balance_changes (id) {
        id -> BigInt,
        customer_id -> BigInt,
        kind -> Integer,
        day -> Date,
        as_of -> Timestamp,
        balance -> BigInt,
        change -> BigInt,
        magnitude -> BigInt,
    }
}

diesel::table! {
    balance_summaries (id) {
        id -> BigInt,
        customer_id -> BigInt,
        day -> Date,
        deposit_total -> BigInt,
        deposit_month_average -> BigInt,
        deposit_quarter_average -> BigInt,
        deposit_year_average -> BigInt,
        deposit_point -> BigInt,
        current_total -> BigInt,
        current_month_average -> BigInt,
        current_quarter_average -> BigInt,
        current_year_average -> BigInt,
        current_point -> BigInt,
        fixed_total -> BigInt,
        fixed_month_average -> BigInt,
        fixed_quarter_average -> BigInt,
        fixed_year_average -> BigInt,
        fixed_point -> BigInt,
        loan_total -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    balance_totals (grid_id, kind, month) {
        grid_id -> BigInt,
        kind -> Integer,
        month -> Integer,
        amount -> BigInt,
        people -> BigInt,
    }
}

diesel::table! {
    bank_customers (id) {
        id -> BigInt,
        grid_id -> Nullable<BigInt>,
        keeper_id -> Nullable<BigInt>,
        place -> Nullable<BigInt>,
        status -> Integer,
        name -> Text,
        sex -> Integer,
        id_number -> Text,
        id_kind -> Nullable<Integer>,
        birthday -> Date,
        ethnicity -> Nullable<Text>,
        nationality -> Nullable<Text>,
        native_place -> Nullable<Text>,
        phone -> Nullable<Text>,
        custodian -> Nullable<Text>,
        household_number -> Nullable<Text>,
        registered_address -> Nullable<Text>,
        residence_address -> Nullable<Text>,
        postcode -> Nullable<Text>,
        estate_name -> Nullable<Text>,
        estate_address -> Nullable<Text>,
        marital_status -> Nullable<Integer>,
        education -> Nullable<Integer>,
        politics -> Nullable<Integer>,
        living_situation -> Nullable<Text>,
        health -> Nullable<Integer>,
        borrower_kind -> Nullable<Integer>,
        is_shareholder -> Nullable<Bool>,
        is_employee -> Nullable<Bool>,
        is_business_owner -> Nullable<Bool>,
        is_farmer -> Nullable<Bool>,
        has_town_house -> Nullable<Bool>,
        credit_number -> Nullable<Text>,
        occupation -> Nullable<Integer>,
        working_years -> Nullable<Integer>,
        employer_name -> Nullable<Text>,
        employer_address -> Nullable<Text>,
        investigator -> Nullable<Text>,
        second_investigator -> Nullable<Text>,
        registrar -> Nullable<Text>,
        registering_branch -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    bank_products (id) {
        id -> BigInt,
        code -> Text,
        name -> Text,
        is_open -> Bool,
        rate -> BigInt,
        description -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        balance_kind -> Nullable<Integer>,
    }
}

diesel::table! {
    bank_staff (id) {
        id -> BigInt,
        account_id -> BigInt,
        branch_id -> BigInt,
        name -> Text,
        id_number -> Text,
        phone -> Text,
        sex -> Integer,
        email -> Nullable<Text>,
        avatar_url -> Nullable<Text>,
        qr_code -> Nullable<Text>,
        corporation_code -> Nullable<Text>,
        corporation_name -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    bank_staff_roles (staff_id, role_id) {
        staff_id -> BigInt,
        role_id -> BigInt,
    }
}

diesel::table! {
    branches (id) {
        id -> BigInt,
        code -> Text,
        name -> Text,
        parent_id -> Nullable<BigInt>,
        path -> Text,
        level -> Integer,
        is_active -> Bool,
        is_virtual -> Bool,
        kind -> Nullable<Integer>,
        relation -> Nullable<Integer>,
        corporation_code -> Nullable<Text>,
        description -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    call_feedback (id) {
        id -> BigInt,
        phone_id -> BigInt,
        package_id -> BigInt,
        project_id -> BigInt,
        agent_id -> BigInt,
        customer_id -> Nullable<BigInt>,
        owner_name -> Text,
        outcome -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    call_packages (id) {
        id -> BigInt,
        project_id -> BigInt,
        name -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    client_organizations (id) {
        id -> BigInt,
        kind -> Nullable<Integer>,
        name -> Text,
        detail -> Nullable<Text>,
        is_deleted -> Bool,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    credit_approvals (id) {
        id -> BigInt,
        interview_id -> BigInt,
        customer_id -> Nullable<BigInt>,
        staff_id -> Nullable<BigInt>,
        approver_name -> Text,
        step -> Integer,
        result -> Integer,
        opinion -> Nullable<Text>,
        signature_url -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    credit_interviews (id) {
        id -> BigInt,
        customer_id -> Nullable<BigInt>,
        grid_id -> BigInt,
        keeper_id -> Nullable<BigInt>,
        status -> Integer,
        stage -> Integer,
        has_contract -> Bool,
        has_form -> Bool,
        name -> Text,
        id_number -> Text,
        begins_on -> Nullable<Date>,
        ends_on -> Nullable<Date>,
        comment -> Nullable<Text>,
        batch -> Nullable<Text>,
        sex -> Nullable<Integer>,
        spouse_name -> Nullable<Text>,
        spouse_id_number -> Nullable<Text>,
        education -> Nullable<Text>,
        phone -> Nullable<Text>,
        member_count -> Nullable<Text>,
        employer_name -> Nullable<Text>,
        employer_address -> Nullable<Text>,
        registered_address -> Nullable<Text>,
        residence_address -> Nullable<Text>,
        loan_account_name -> Nullable<Text>,
        loan_account_number -> Nullable<Text>,
        credit_limit -> Nullable<BigInt>,
        term -> Nullable<Text>,
        rate_kind -> Nullable<Text>,
        yearly_rate -> Nullable<BigInt>,
        floating_rate -> Nullable<BigInt>,
        rate_adjustment -> Nullable<Integer>,
        disbursement -> Nullable<Text>,
        repayment -> Nullable<Integer>,
        purpose -> Nullable<Text>,
        income -> Nullable<BigInt>,
        family_income -> Nullable<BigInt>,
        has_opinion -> Nullable<Bool>,
        opinion_income -> Nullable<BigInt>,
        opinion_expenditure -> Nullable<BigInt>,
        opinion_credit_limit -> Nullable<BigInt>,
        opinion_adviser -> Nullable<Text>,
        opinion_comment -> Nullable<Text>,
        is_information_true -> Nullable<Bool>,
        is_talk_true -> Nullable<Bool>,
        interviewer_name -> Nullable<Text>,
        interviewer_number -> Nullable<Text>,
        held_on -> Nullable<Date>,
        registrar_name -> Nullable<Text>,
        registering_branch -> Nullable<Text>,
        registering_branch_code -> Nullable<Text>,
        report_location -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    credit_profiles (id) {
        id -> BigInt,
        customer_id -> BigInt,
        credit_used -> BigInt,
        mortgage_debt -> BigInt,
        business_debt -> BigInt,
        consumer_debt -> BigInt,
        mortgage_left -> BigInt,
        business_left -> BigInt,
        consumer_left -> BigInt,
        overdue_records -> Integer,
        overdue_amount -> BigInt,
        identity -> Text,
        address -> Text,
        second_address -> Text,
        third_address -> Text,
        spouse -> Text,
        neighbourhood -> Text,
        has_bad_habits -> Bool,
        has_bad_credit -> Bool,
        is_dishonest -> Bool,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    credit_reports (id) {
        id -> BigInt,
        interview_id -> BigInt,
        html -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    customer_assets (id) {
        id -> BigInt,
        customer_id -> BigInt,
        industry -> Nullable<Integer>,
        occupation -> Nullable<Integer>,
        employer_name -> Nullable<Text>,
        employer_address -> Nullable<Text>,
        working_years -> Nullable<Integer>,
        houses -> Nullable<Integer>,
        house_value -> Nullable<BigInt>,
        cars -> Nullable<Integer>,
        car_value -> Nullable<BigInt>,
        yearly_income -> Nullable<BigInt>,
        shops -> Nullable<Integer>,
        shop_value -> Nullable<BigInt>,
        machines -> Nullable<Integer>,
        machine_value -> Nullable<BigInt>,
        yearly_surplus -> Nullable<BigInt>,
        land_area -> Nullable<BigInt>,
        greenhouses -> Nullable<Integer>,
        breeds -> Nullable<Text>,
        breed_count -> Nullable<Integer>,
        business_income -> Nullable<BigInt>,
        other -> Nullable<Text>,
        business_licenses -> Nullable<Text>,
        has_farm_income -> Nullable<Bool>,
        has_business_income -> Nullable<Bool>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    customer_events (id) {
        id -> BigInt,
        customer_id -> Nullable<BigInt>,
        id_number -> Text,
        staff_id -> Nullable<BigInt>,
        step -> Integer,
        detail -> Nullable<Text>,
        at -> Timestamp,
    }
}

diesel::table! {
    customer_images (id) {
        id -> BigInt,
        grid_id -> BigInt,
        interview_id -> Nullable<BigInt>,
        uploader_id -> Nullable<BigInt>,
        customer_name -> Text,
        id_number -> Text,
        kind -> Integer,
        content_type -> Text,
        size -> BigInt,
        location -> Text,
        is_deleted -> Bool,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    customer_tags (id) {
        id -> BigInt,
        customer_id -> BigInt,
        tag_id -> BigInt,
        reason -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    demand_change_staff (demand_change_id, staff_id) {
        demand_change_id -> BigInt,
        staff_id -> BigInt,
    }
}

diesel::table! {
    demand_changes (id) {
        id -> BigInt,
        contact_id -> BigInt,
        organization_id -> Nullable<BigInt>,
        operator_id -> Nullable<BigInt>,
        content -> Text,
        recorded_at -> Timestamp,
        attachment -> Nullable<Text>,
        note -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    dictionaries (id) {
        id -> BigInt,
        code -> Text,
        name -> Text,
        category -> BigInt,
        parent_code -> Nullable<Text>,
        is_disabled -> Bool,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    dictionary_entries (id) {
        id -> BigInt,
        kind -> Text,
        code -> Text,
        name -> Text,
        position -> Integer,
        dictionary_id -> Nullable<BigInt>,
        description -> Nullable<Text>,
        is_disabled -> Bool,
    }
}

diesel::table! {
    dishonest_persons (id) {
        id -> BigInt,
        name -> Text,
        id_number -> Text,
        sex -> Text,
        age -> Integer,
        province -> Text,
        court -> Text,
        ground_number -> Text,
        registered_on -> Text,
        case_number -> Text,
        ground_issuer -> Text,
        duty -> Text,
        performance -> Text,
        circumstances -> Text,
        kind -> Text,
        published_at -> Timestamp,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    estate_agents (id) {
        id -> BigInt,
        account_id -> BigInt,
        number -> Text,
        name -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    estate_project_agents (project_id, agent_id) {
        project_id -> BigInt,
        agent_id -> BigInt,
    }
}

diesel::table! {
    estate_projects (id) {
        id -> BigInt,
        name -> Text,
        starts_on -> Date,
        ends_on -> Date,
        is_deleted -> Bool,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    families (id) {
        id -> BigInt,
        household_number -> Text,
        manager_id -> BigInt,
        population -> Integer,
        address -> Text,
        postcode -> Text,
        local_credit -> Text,
        is_harmonious -> Bool,
        social_evaluation -> Text,
        is_self_employed -> Bool,
        owes_tax -> Bool,
        production_capacity -> Text,
        production_scene -> Text,
        insurances -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    family_members (id) {
        id -> BigInt,
        customer_id -> BigInt,
        name -> Text,
        relation -> Integer,
        ethnicity -> Text,
        birthday -> Date,
        id_kind -> Integer,
        id_number -> Text,
        address -> Text,
        is_household_head -> Bool,
        phone -> Text,
        remark -> Text,
        status -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    follow_up_staff (follow_up_id, staff_id) {
        follow_up_id -> BigInt,
        staff_id -> BigInt,
    }
}

diesel::table! {
    follow_ups (id) {
        id -> BigInt,
        contact_id -> BigInt,
        organization_id -> Nullable<BigInt>,
        operator_id -> Nullable<BigInt>,
        event -> Integer,
        recorded_at -> Timestamp,
        gain -> Nullable<Text>,
        attachment -> Nullable<Text>,
        note -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    grid_maps (id) {
        id -> BigInt,
        grid_id -> BigInt,
        name -> Text,
        kind -> Nullable<Text>,
        grandparent -> Nullable<Text>,
        parent -> Nullable<Text>,
        coordinates -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    grid_pictures (id) {
        id -> BigInt,
        grid_id -> BigInt,
        content_type -> Text,
        size -> BigInt,
        location -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    grid_reviewers (id) {
        id -> BigInt,
        grid_id -> BigInt,
        name -> Text,
        id_number -> Text,
        duties -> Nullable<Text>,
        description -> Nullable<Text>,
        address -> Nullable<Text>,
        kind -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    grids (id) {
        id -> BigInt,
        code -> Text,
        name -> Text,
        branch_id -> BigInt,
        kind -> Integer,
        description -> Nullable<Text>,
        manager_id -> Nullable<BigInt>,
        assistant -> Nullable<Text>,
        supervisor -> Nullable<Text>,
        qr_code -> Nullable<Text>,
        map_reference -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    list_entries (id) {
        id -> BigInt,
        kind -> Integer,
        grid_id -> BigInt,
        name -> Text,
        id_number -> Text,
        phone -> Nullable<Text>,
        reason -> Nullable<Text>,
        comment -> Nullable<Text>,
        address -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    loan_customers (id) {
        id -> BigInt,
        code -> Text,
        officer_id -> BigInt,
        name -> Text,
        mobile -> Nullable<Text>,
        mobile_key -> Nullable<Text>,
        wechat_id -> Nullable<Text>,
        stage -> Integer,
        has_car -> Nullable<Bool>,
        has_guarantee -> Nullable<Bool>,
        has_house -> Nullable<Bool>,
        social_security -> Nullable<Integer>,
        salary -> Nullable<BigInt>,
        job -> Nullable<Text>,
        loan_term -> Nullable<Integer>,
        loan_amount -> Nullable<Integer>,
        money_needed_at -> Nullable<Timestamp>,
        city -> Nullable<Text>,
        comment -> Nullable<Text>,
        contact_status -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    loan_officers (id) {
        id -> BigInt,
        account_id -> BigInt,
        employee_code -> Text,
        account_name -> Nullable<Text>,
        name -> Text,
        city_code -> Nullable<Text>,
        city_name -> Nullable<Text>,
        department_code -> Nullable<Text>,
        department_name -> Nullable<Text>,
        role_code -> Nullable<Text>,
        role_name -> Nullable<Text>,
        work_mobile -> Nullable<Text>,
        wechat_id -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    login_failures (id) {
        id -> BigInt,
        subject -> Text,
        failures -> Integer,
        last_at -> Timestamp,
    }
}

diesel::table! {
    menu_items (id) {
        id -> BigInt,
        name -> Text,
        content -> Nullable<Text>,
        note -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    package_phones (id) {
        id -> BigInt,
        package_id -> BigInt,
        phone -> Text,
        phone_key -> Text,
        owner_name -> Nullable<Text>,
        status -> Integer,
        agent_id -> Nullable<BigInt>,
        handed_out_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    permissions (id) {
        id -> BigInt,
        system_code -> Nullable<Text>,
        name -> Text,
        kind -> Text,
        url -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    phone_calls (id) {
        id -> BigInt,
        officer_id -> BigInt,
        customer_id -> Nullable<BigInt>,
        mobile -> Text,
        work_mobile -> Nullable<Text>,
        started_at -> Timestamp,
        seconds -> Integer,
        status -> Integer,
        created_at -> Timestamp,
    }
}

diesel::table! {
    poverty_records (id) {
        id -> BigInt,
        customer_id -> BigInt,
        person_code -> Nullable<Text>,
        person_count -> Nullable<Text>,
        student_status -> Nullable<Text>,
        health -> Nullable<Text>,
        labor_skills -> Nullable<Text>,
        working_conditions -> Nullable<Text>,
        working_months -> Nullable<Text>,
        critical_illness_insurance -> Nullable<Text>,
        poverty_status -> Nullable<Text>,
        out_of_poverty_year -> Nullable<Text>,
        attribute -> Nullable<Text>,
        reason -> Nullable<Text>,
        dangerous_building -> Nullable<Text>,
        safe_water -> Nullable<Text>,
        water_shortage -> Nullable<Text>,
        average_income -> Nullable<Text>,
        phone -> Nullable<Text>,
        recorded_at -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    product_accounts (id) {
        id -> BigInt,
        customer_id -> BigInt,
        product_id -> BigInt,
        name -> Text,
        card_number -> Text,
        rate -> BigInt,
        balance -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    property_customers (id) {
        id -> BigInt,
        agent_id -> BigInt,
        name -> Text,
        phone -> Text,
        phone_key -> Text,
        gender_code -> Text,
        kind_code -> Text,
        recommendation -> Nullable<Text>,
        follow_up -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    regions (id) {
        id -> BigInt,
        code -> Text,
        name -> Text,
        parent_id -> Nullable<BigInt>,
        path -> Text,
        level -> Integer,
        description -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    report_accounts (id) {
        id -> BigInt,
        branch_id -> Nullable<BigInt>,
        user_name -> Text,
        password -> Text,
        status -> Integer,
        kind -> Integer,
        comment -> Nullable<Text>,
        reminder -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    residents (id) {
        id -> BigInt,
        grid_id -> BigInt,
        name -> Text,
        sex -> Integer,
        ethnicity -> Text,
        birthday -> Date,
        id_number -> Text,
        address -> Text,
        household_kind -> Integer,
        relation_to_head -> Text,
        household_number -> Text,
        phone -> Nullable<Text>,
        is_listed -> Bool,
        remark -> Nullable<Text>,
        is_active -> Bool,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    role_permissions (role_id, permission_id) {
        role_id -> BigInt,
        permission_id -> BigInt,
    }
}

diesel::table! {
    roles (id) {
        id -> BigInt,
        name -> Text,
        scope -> Nullable<Text>,
        description -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    satisfaction_rating_staff (satisfaction_rating_id, staff_id) {
        satisfaction_rating_id -> BigInt,
        staff_id -> BigInt,
    }
}

diesel::table! {
    satisfaction_ratings (id) {
        id -> BigInt,
        contact_id -> BigInt,
        operator_id -> Nullable<BigInt>,
        score -> Integer,
        recorded_at -> Timestamp,
        attachment -> Nullable<Text>,
        note -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    service_contacts (id) {
        id -> BigInt,
        organization_id -> Nullable<BigInt>,
        kind -> Nullable<Integer>,
        nickname -> Nullable<Text>,
        name -> Text,
        avatar_url -> Nullable<Text>,
        phone -> Nullable<Text>,
        phone_key -> Nullable<Text>,
        job -> Nullable<Text>,
        sex -> Nullable<Integer>,
        status -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    service_contract_staff (service_contract_id, staff_id) {
        service_contract_id -> BigInt,
        staff_id -> BigInt,
    }
}

diesel::table! {
    service_contracts (id) {
        id -> BigInt,
        organization_id -> BigInt,
        name -> Text,
        code -> Nullable<Text>,
        amount -> Nullable<BigInt>,
        signed_at -> Nullable<Timestamp>,
        remitted_amount -> Nullable<BigInt>,
        remitted_at -> Nullable<Timestamp>,
        status -> Integer,
        valid_from -> Nullable<Timestamp>,
        valid_to -> Nullable<Timestamp>,
        creator_id -> Nullable<BigInt>,
        editor_id -> Nullable<BigInt>,
        note -> Nullable<Text>,
        dated_at -> Timestamp,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    service_staff (id) {
        id -> BigInt,
        account_id -> BigInt,
        phone -> Text,
        number -> Nullable<Text>,
        nickname -> Nullable<Text>,
        name -> Text,
        avatar_url -> Nullable<Text>,
        sex -> Nullable<Integer>,
        title -> Nullable<Integer>,
        birthday -> Nullable<Timestamp>,
        address -> Nullable<Text>,
        school -> Nullable<Text>,
        education -> Nullable<Text>,
        rank_id -> Nullable<Integer>,
        rank_type -> Nullable<Integer>,
        entered_at -> Nullable<Timestamp>,
        confirmed_at -> Nullable<Timestamp>,
        resigned_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    service_staff_menu_items (staff_id, menu_item_id) {
        staff_id -> BigInt,
        menu_item_id -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> BigInt,
        account_id -> BigInt,
        token_hash -> Nullable<Text>,
        address -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    settings (id) {
        id -> BigInt,
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    sms_messages (id) {
        id -> BigInt,
        officer_id -> BigInt,
        customer_id -> Nullable<BigInt>,
        sender -> Text,
        receiver -> Text,
        sender_role -> Integer,
        sent_at -> Timestamp,
        content -> Text,
        sender_mobile -> Nullable<Text>,
        receiver_mobile -> Nullable<Text>,
        sender_name -> Nullable<Text>,
        receiver_name -> Nullable<Text>,
        signature -> Text,
        is_sent -> Bool,
        is_read -> Bool,
        created_at -> Timestamp,
    }
}

diesel::table! {
    sms_templates (id) {
        id -> BigInt,
        title -> Text,
        content -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    tags (id) {
        id -> BigInt,
        name -> Text,
        description -> Text,
        kind -> Integer,
        remark -> Nullable<Text>,
        is_built_in -> Bool,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    wechat_friendships (id) {
        id -> BigInt,
        customer_id -> BigInt,
        officer_id -> BigInt,
        status -> Integer,
        customer_wechat_id -> Nullable<Text>,
        officer_wechat_id -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    work_items (id) {
        id -> BigInt,
        staff_id -> BigInt,
        kind -> Integer,
        subject_id -> Nullable<BigInt>,
        customer_id -> Nullable<BigInt>,
        description -> Text,
        originator -> Text,
        starts_at -> Timestamp,
        ends_at -> Timestamp,
        state -> Integer,
        entrance -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::joinable!(adviser_opinions -> grids (grid_id));
diesel::joinable!(advisers -> branches (branch_id));
diesel::joinable!(attachments -> accounts (account_id));
diesel::joinable!(audit_entries -> accounts (account_id));
diesel::joinable!(background_jobs -> accounts (account_id));
diesel::joinable!(balance_changes -> bank_customers (customer_id));
diesel::joinable!(balance_summaries -> bank_customers (customer_id));
diesel::joinable!(balance_totals -> grids (grid_id));
diesel::joinable!(bank_customers -> bank_staff (keeper_id));
diesel::joinable!(bank_customers -> grids (grid_id));
diesel::joinable!(bank_staff -> accounts (account_id));
diesel::joinable!(bank_staff -> branches (branch_id));
diesel::joinable!(bank_staff_roles -> bank_staff (staff_id));
diesel::joinable!(bank_staff_roles -> roles (role_id));
diesel::joinable!(call_feedback -> call_packages (package_id));
diesel::joinable!(call_feedback -> estate_agents (agent_id));
diesel::joinable!(call_feedback -> estate_projects (project_id));
diesel::joinable!(call_feedback -> package_phones (phone_id));
diesel::joinable!(call_feedback -> property_customers (customer_id));
diesel::joinable!(call_packages -> estate_projects (project_id));
diesel::joinable!(credit_approvals -> bank_customers (customer_id));
diesel::joinable!(credit_approvals -> bank_staff (staff_id));
diesel::joinable!(credit_approvals -> credit_interviews (interview_id));
diesel::joinable!(credit_interviews -> bank_customers (customer_id));
diesel::joinable!(credit_interviews -> bank_staff (keeper_id));
diesel::joinable!(credit_interviews -> grids (grid_id));
diesel::joinable!(credit_profiles -> bank_customers (customer_id));
diesel::joinable!(credit_reports -> credit_interviews (interview_id));
diesel::joinable!(customer_assets -> bank_customers (customer_id));
diesel::joinable!(customer_events -> bank_customers (customer_id));
diesel::joinable!(customer_events -> bank_staff (staff_id));
diesel::joinable!(customer_images -> bank_staff (uploader_id));
diesel::joinable!(customer_images -> credit_interviews (interview_id));
diesel::joinable!(customer_images -> grids (grid_id));
diesel::joinable!(customer_tags -> bank_customers (customer_id));
diesel::joinable!(customer_tags -> tags (tag_id));
diesel::joinable!(demand_change_staff -> demand_changes (demand_change_id));
diesel::joinable!(demand_change_staff -> service_staff (staff_id));
diesel::joinable!(demand_changes -> client_organizations (organization_id));
diesel::joinable!(demand_changes -> service_contacts (contact_id));
diesel::joinable!(demand_changes -> service_staff (operator_id));
diesel::joinable!(dictionary_entries -> dictionaries (dictionary_id));
diesel::joinable!(estate_agents -> accounts (account_id));
diesel::joinable!(estate_project_agents -> estate_agents (agent_id));
diesel::joinable!(estate_project_agents -> estate_projects (project_id));
diesel::joinable!(families -> bank_staff (manager_id));
diesel::joinable!(family_members -> bank_customers (customer_id));
diesel::joinable!(follow_up_staff -> follow_ups (follow_up_id));
diesel::joinable!(follow_up_staff -> service_staff (staff_id));
diesel::joinable!(follow_ups -> client_organizations (organization_id));
diesel::joinable!(follow_ups -> service_contacts (contact_id));
diesel::joinable!(follow_ups -> service_staff (operator_id));
diesel::joinable!(grid_maps -> grids (grid_id));
diesel::joinable!(grid_pictures -> grids (grid_id));
diesel::joinable!(grid_reviewers -> grids (grid_id));
diesel::joinable!(grids -> bank_staff (manager_id));
diesel::joinable!(grids -> branches (branch_id));
diesel::joinable!(list_entries -> grids (grid_id));
diesel::joinable!(loan_customers -> loan_officers (officer_id));
diesel::joinable!(loan_officers -> accounts (account_id));
diesel::joinable!(package_phones -> call_packages (package_id));
diesel::joinable!(package_phones -> estate_agents (agent_id));
diesel::joinable!(phone_calls -> loan_customers (customer_id));
diesel::joinable!(phone_calls -> loan_officers (officer_id));
diesel::joinable!(poverty_records -> bank_customers (customer_id));
diesel::joinable!(product_accounts -> bank_customers (customer_id));
diesel::joinable!(product_accounts -> bank_products (product_id));
diesel::joinable!(property_customers -> estate_agents (agent_id));
diesel::joinable!(report_accounts -> branches (branch_id));
diesel::joinable!(residents -> grids (grid_id));
diesel::joinable!(role_permissions -> permissions (permission_id));
diesel::joinable!(role_permissions -> roles (role_id));
diesel::joinable!(satisfaction_rating_staff -> satisfaction_ratings (satisfaction_rating_id));
diesel::joinable!(satisfaction_rating_staff -> service_staff (staff_id));
diesel::joinable!(satisfaction_ratings -> service_contacts (contact_id));
diesel::joinable!(satisfaction_ratings -> service_staff (operator_id));
diesel::joinable!(service_contacts -> client_organizations (organization_id));
diesel::joinable!(service_contract_staff -> service_contracts (service_contract_id));
diesel::joinable!(service_contract_staff -> service_staff (staff_id));
diesel::joinable!(service_contracts -> client_organizations (organization_id));
diesel::joinable!(service_staff -> accounts (account_id));
diesel::joinable!(service_staff_menu_items -> menu_items (menu_item_id));
diesel::joinable!(service_staff_menu_items -> service_staff (staff_id));
diesel::joinable!(sessions -> accounts (account_id));
diesel::joinable!(sms_messages -> loan_customers (customer_id));
diesel::joinable!(sms_messages -> loan_officers (officer_id));
diesel::joinable!(wechat_friendships -> loan_customers (customer_id));
diesel::joinable!(wechat_friendships -> loan_officers (officer_id));
diesel::joinable!(work_items -> bank_customers (customer_id));
diesel::joinable!(work_items -> bank_staff (staff_id));

diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    adviser_opinions,
    advisers,
    attachments,
    audit_entries,
    background_jobs,
    balance_changes,
    balance_summaries,
    balance_totals,
    bank_customers,
    bank_products,
    bank_staff,
    bank_staff_roles,
    branches,
    call_feedback,
    call_packages,
    client_organizations,
    credit_approvals,
    credit_interviews,
    credit_profiles,
    credit_reports,
    customer_assets,
    customer_events,
    customer_images,
    customer_tags,
    demand_change_staff,
    demand_changes,
    estate_agents,
    estate_project_agents,
    estate_projects,
    families,
    family_members,
    follow_up_staff,
    follow_ups,
    grid_maps,
    grid_pictures,
    grid_reviewers,
    grids,
    list_entries,
    loan_customers,
    loan_officers,
    menu_items,
    package_phones,
    permissions,
    phone_calls,
    poverty_records,
    product_accounts,
    property_customers,
    report_accounts,
    residents,
    role_permissions,
    roles,
    satisfaction_rating_staff,
    satisfaction_ratings,
    service_contacts,
    service_contract_staff,
    service_contracts,
    service_staff,
    service_staff_menu_items,
    sessions,
    sms_messages,
    tags,
    wechat_friendships,
    work_items,
);
diesel::allow_tables_to_appear_in_same_query!(dictionaries, dictionary_entries,);
