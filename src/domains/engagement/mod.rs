//! What happens between staff and customers.

pub mod attachment;
pub mod call_feedback;
pub mod call_package;
pub mod estate_project;
pub mod package_phone;
pub mod sms_template;

use async_graphql::MergedObject;

pub use attachment::Attachment;
pub use call_feedback::CallFeedback;
pub use call_package::CallPackage;
pub use estate_project::EstateProject;
pub use package_phone::PackagePhone;
pub use sms_template::SmsTemplate;

#[derive(MergedObject, Default)]
pub struct EngagementQuery(
    sms_template::SmsTemplateQuery,
    estate_project::EstateProjectQuery,
    call_package::CallPackageQuery,
    package_phone::PackagePhoneQuery,
    call_feedback::CallFeedbackQuery,
    attachment::AttachmentQuery,
);

#[derive(MergedObject, Default)]
pub struct EngagementMutation(
    sms_template::SmsTemplateMutation,
    estate_project::EstateProjectMutation,
    call_package::CallPackageMutation,
    package_phone::PackagePhoneMutation,
    package_phone::PackagePhoneTakeMutation,
    call_feedback::CallFeedbackMutation,
    attachment::AttachmentMutation,
);
