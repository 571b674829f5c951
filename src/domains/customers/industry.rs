//! Branches of the economy (行业类别).

use crate::codes;

codes! {
    /// Branch of the economy (legacy industry)
    pub enum Industry {
        /// Farming, forestry, herding or fishing (legacy 1)
        Agriculture = 1 "农、林、牧、渔业",
        /// Mining (legacy 2)
        Mining = 2 "采矿业",
        /// Manufacturing (legacy 3)
        Manufacturing = 3 "制造业",
        /// Electricity, gas or water (legacy 4)
        Utilities = 4 "电力、煤气及水的生产和供应业",
        /// Construction (legacy 5)
        Construction = 5 "建筑业",
        /// Transport, storage or mail (legacy 6)
        Transport = 6 "交通运输、仓储及邮政业",
        /// Telecommunication, computers or software (legacy 7)
        Information = 7 "信息传输、计算机服务和软件业",
        /// Wholesale or retail (legacy 8)
        Trade = 8 "批发和零售业",
        /// Hotels or restaurants (legacy 9)
        Hospitality = 9 "住宿和餐饮业",
        /// Finance (legacy 10)
        Finance = 10 "金融业",
        /// Real estate (legacy 11)
        RealEstate = 11 "房地产业",
        /// Leasing or business services (legacy 12)
        Leasing = 12 "租赁和商务服务业",
        /// Research, technical services or prospecting (legacy 13)
        Research = 13 "科学研究、技术服务和地质勘查业",
        /// Water works, environment or public facilities (legacy 14)
        PublicFacilities = 14 "水利、环境和公共设施管理业",
        /// Services for residents and others (legacy 15)
        ResidentServices = 15 "居民服务和其他服务业",
        /// Teaching (legacy 16)
        Teaching = 16 "教育",
        /// Health, social security or welfare (legacy 17)
        Welfare = 17 "卫生、社会保障和社会福利业",
        /// Culture, sports or entertainment (legacy 18)
        Culture = 18 "文化、体育和娱乐业",
        /// Administration and social organisations (legacy 19)
        Administration = 19 "公共管理和社会组织",
        /// International organisations (legacy 20)
        International = 20 "国际组织",
    }
}
