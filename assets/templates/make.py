#!/usr/bin/env python3
"""Makes the templates of the imports, real .xls files (BIFF8), which old clients download under Chinese names.

    pip install xlwt==1.3.0 && python3 assets/templates/make.py

Run it again after a change of the columns below; a test compares them with what the imports read. Every cell is a text,
so that Excel keeps all digits of id numbers and households.
"""

from pathlib import Path

import xlwt

TEMPLATES = {
    # 户籍导入模板.xls
    "residents": [
        "姓名", "性别", "民族", "出生日期", "身份证号", "住址", "户别", "与户主关系", "户号", "联系方式", "是否纳入名单库",
        "备注",
    ],
    # 客户信息导入模板.xls
    "customers": [
        "姓名", "性别", "身份证号", "婚姻状况", "最高学历", "最高学位", "民族", "生日", "籍贯", "手机号", "管护人", "网格号",
        "户号", "政治面貌", "居住状况", "身体状况", "年收入", "国籍", "借款人性质", "邮编", "是否本行股东", "是否本行员工",
        "是否企业主", "户籍地址", "常驻地址", "是否农户", "有无县城购房", "小区名称", "小区地址", "证件类型", "信贷客户号", "职业",
        "工作年限", "单位名称", "单位地址", "调查人A", "调查人B",
    ],
    # 白名单模板.xls
    "white_list": ["客户姓名", "身份证号", "联系方式", "备注", "地址"],
    # 灰名单模板.xls and 黑名单模板.xls
    "watch_list": ["客户姓名", "身份证号", "联系方式", "待观察原因", "备注", "地址"],
    # 待面谈面签模板.xls
    "interviews": [
        "客户姓名", "身份证号", "授信开始日期", "授信结束日期", "备注", "批次", "性别", "配偶姓名", "配偶身份证号", "教育水平",
        "手机号", "家庭人数", "单位名称", "单位地址", "户籍地址", "常驻地址", "金农易贷户名", "金农易贷账（卡）号", "授信金额",
        "授信期限", "借款利率类型", "年利率", "浮动利率", "利率调整日", "发放方式", "还款方式", "借款用途", "个人年收入",
        "家庭年收入", "是否有金融顾问意见", "收入（金融顾问意见）", "支出（金融顾问意见）", "授信额度（金融顾问意见）", "金融顾问姓名",
        "备注（金融顾问）", "客户资料是否真实", "谈话内容是否真实", "银行受理人员姓名", "银行受理员工号", "面谈面签日期",
    ],
}

for name, columns in TEMPLATES.items():
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Sheet1")
    text = xlwt.easyxf(num_format_str="@")
    head = xlwt.easyxf("font: bold on; align: horiz center", num_format_str="@")
    for place, column in enumerate(columns):
        sheet.col(place).width = 256 * max(12, 3 * len(column))
        sheet.col(place).set_style(text)
        sheet.write(0, place, column, head)
    sheet.set_panes_frozen(True)
    sheet.set_horz_split_pos(1)
    book.save(str(Path(__file__).with_name(f"{name}.xls")))
