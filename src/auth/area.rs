//! What staff of the realm BANK may be permitted to do: one area for each module of the legacy system.

use async_graphql::Enum;

/// Declares the areas with the legacy URL that stands for each
macro_rules! areas {
    ($($(#[$doc:meta])* $area:ident = $url:literal,)+) => {
        /// Part of the bank's business that a permission opens
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
        pub enum Area { $($(#[$doc])* $area,)+ }

        impl Area {
            pub const ALL: &[Area] = &[$(Area::$area),+];

            /// Beginning of the legacy URLs of the area
            pub const fn url(self) -> &'static str {
                match self { $(Area::$area => $url),+ }
            }
        }
    };
}
areas! {
    /// Staff and their accounts (legacy 用户管理, /grid/super/account)
    Staff = "/grid/super/account",
    /// Roles (legacy 角色管理, /grid/super/role)
    Roles = "/grid/super/role",
    /// Permissions (legacy 权限管理, /grid/super/permission)
    Permissions = "/grid/super/permission",
    /// Branches (legacy 机构管理, /grid/super/org)
    Branches = "/grid/super/org",
    /// Regions (legacy 行政区域, /grid/super/region)
    Regions = "/grid/super/region",
    /// Dictionaries (legacy 字典组管理, /grid/super/dictionary)
    Dictionaries = "/grid/super/dictionary",
    /// Bank products (legacy 银行产品, /grid/super/product/dict)
    Products = "/grid/super/product/dict",
    /// Tags (legacy 客户标签管理, /grid/super/tag)
    Tags = "/grid/super/tag",
    /// Statistics of deposits and loans (legacy 首页存贷款统计, /grid/home/statistics)
    Statistics = "/grid/home/statistics",
    /// Unusual changes of deposits and loans (legacy 首页存贷异动, /grid/home/warn)
    Alerts = "/grid/home/warn",
    /// Residents (legacy 户籍管理模块, /grid/customer/resident)
    Residents = "/grid/customer/resident",
    /// Customers and their tags (legacy 客户基本信息, /grid/customer/info)
    Customers = "/grid/customer/info",
    /// Customers' assets (legacy 客户资产信息, /grid/customer/finance)
    Assets = "/grid/customer/finance",
    /// Customers' products and balances (legacy 客户业务信息, /grid/customer/business)
    Holdings = "/grid/customer/business",
    /// Grids, their maps and pictures (legacy 网格管理模块, /grid/gridinfo)
    Grids = "/grid/gridinfo",
    /// Reviewers and advisers of grids (legacy 网格评议员/金融顾问, /grid/gridinfo/senator)
    Reviewers = "/grid/gridinfo/senator",
    /// Customers' credit profiles (legacy 客户信誉信息, /grid/customer/credit)
    CreditProfiles = "/grid/customer/credit",
    /// Families (legacy 客户家庭信息, /grid/customer/family)
    Families = "/grid/customer/family",
    /// Members of families (legacy 家庭成员信息, /grid/customer/family/member)
    FamilyMembers = "/grid/customer/family/member",
    /// Dishonest persons (legacy 客户失信人名单, /grid/customer/dishonesty)
    Dishonesty = "/grid/customer/dishonesty",
    /// Customers' pictures (legacy 客户影像资料, /grid/customer/image)
    Images = "/grid/customer/image",
    /// White list (legacy 白名单, /grid/customer/whitelist)
    WhiteList = "/grid/customer/whitelist",
    /// Grey list (legacy 灰名单, /grid/customer/greylist)
    GreyList = "/grid/customer/greylist",
    /// Black list (legacy 黑名单, /grid/customer/blacklist)
    BlackList = "/grid/customer/blacklist",
    /// Advisers' opinions (legacy 顾问意见记录, /grid/customer/creditadviser)
    Opinions = "/grid/customer/creditadviser",
    /// Interviews (legacy 面谈面签, /grid/customer/creditdetail)
    Interviews = "/grid/customer/creditdetail",
    /// Approvals of loans (legacy 贷款审批, /grid/customer/creditapproval)
    Approvals = "/grid/customer/creditapproval",
    /// Credit reports (legacy 征信报告, /grid/customer/creditdetail/report)
    CreditReports = "/grid/customer/creditdetail/report",
    /// Work items (legacy 工作平台, /grid/platform)
    WorkItems = "/grid/platform",
    /// Accounts for asking for credit reports (legacy 征信账户查询, /grid/grid/CreditReportAccount)
    ReportAccounts = "/grid/grid/CreditReportAccount",
}

/// Set of areas
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Areas(u64);

impl Areas {
    /// What a permission with this legacy URL opens: every area at or below it
    pub fn below(url: &str) -> Areas {
        let url = url.trim().trim_end_matches(['/', '*']);
        let at =
            |area: &&Area| area.url().strip_prefix(url).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        Area::ALL.iter().filter(at).copied().collect()
    }

    /// What permissions with these URLs open together
    pub fn opened<'a>(urls: impl IntoIterator<Item = &'a str>) -> Areas {
        urls.into_iter().fold(Areas::default(), |areas, url| areas.and(Areas::below(url)))
    }

    pub const fn has(self, area: Area) -> bool {
        self.0 & (1 << area as u32) != 0
    }

    /// Whether these are all among the others
    pub const fn within(self, others: Areas) -> bool {
        self.0 & !others.0 == 0
    }

    /// Those of both
    pub const fn and(self, others: Areas) -> Areas {
        Areas(self.0 | others.0)
    }

    /// In the order of [`Area::ALL`]
    pub fn list(self) -> Vec<Area> {
        Area::ALL.iter().copied().filter(|area| self.has(*area)).collect()
    }
}

impl FromIterator<Area> for Areas {
    fn from_iter<I: IntoIterator<Item = Area>>(areas: I) -> Areas {
        Areas(areas.into_iter().fold(0, |set, area| set | 1 << area as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_opens_what_stands_below_it() {
        assert_eq!(Areas::below("/grid/super/role").list(), [Area::Roles]);
        for url in ["/grid/super", "/grid/super/", "/grid/super/**"] {
            assert_eq!(Areas::below(url).list().len(), 8, "{url}");
        }
        assert_eq!(Areas::below("/grid").list(), Area::ALL);
        assert_eq!(Areas::below("/grid/customer/credit").list(), [Area::CreditProfiles], "not its longer neighbours");
        assert_eq!(Areas::below("/grid/customer/family").list(), [Area::Families, Area::FamilyMembers]);
        for url in ["/grid/super/role/list", "/grid/sup", "super", "/elsewhere"] {
            assert_eq!(Areas::below(url), Areas::default(), "{url}");
        }
    }

    #[test]
    fn sets_are_compared() {
        let (roles, all) = (Areas::below("/grid/super/role"), Areas::below("/grid/super"));
        assert!(roles.within(all) && !all.within(roles) && Areas::default().within(roles));
        assert_eq!(roles.and(all), all);
        assert!(all.has(Area::Staff) && !all.has(Area::Grids));
        assert!(Area::ALL.len() <= 64, "the bits of a set");
    }
}
