//! What a run may find in an account: windows of every owner and in every state, and how to make them.

use aws_sdk_ssm::types::{
    AlarmConfiguration, MaintenanceWindowResourceType, MaintenanceWindowRunCommandParameters,
    MaintenanceWindowTaskInvocationParameters, MaintenanceWindowTaskType, NotificationConfig, Tag,
};
use policy::{Filter, PatchPolicy, Window};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::Index;
use support::arbitrary;
use workflow::cell::Cell;

use super::expected::is_of_groups;

/// A window that is there before the run.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// Whose it is.
    owner: Owner,
    /// Its name, and what it lacks the parts of: one of the policy's windows; none for a window of another name.
    resembles: Option<Index>,
    /// What is not as in the policy.
    own: Window,
    settings_differ: bool,
    enabled: bool,
    ends: bool,
    targets: Vec<FoundTarget>,
    tasks: Vec<FoundTask>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Owner {
    Us,
    Nobody,
    AnotherValue,
    AnotherKey,
}

/// A target as the policy has it, or another one.
#[derive(Clone, Debug)]
struct FoundTarget(Option<policy::Target>);

#[derive(Clone, Debug)]
struct FoundTask {
    /// As the policy has it, or another one.
    own: Option<policy::Task>,
    /// Run Command, or a type that cannot be made into it.
    runs_command: bool,
    on: On,
    extra: Extra,
}

/// What a task runs on.
#[derive(Clone, Debug)]
enum On {
    Target(Index),
    TargetThatIsGone,
    Nodes,
}

/// What the policy cannot ask for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Extra {
    Nothing,
    Comment,
    Alarm,
    Notification,
}

/// Any few windows.
pub(crate) fn windows() -> impl Strategy<Value = Vec<Found>> {
    vec(window(), 0..5)
}

fn window() -> impl Strategy<Value = Found> {
    let owner = prop_oneof![4 => Just(Owner::Us), 1 => Just(Owner::Nobody), 1 => Just(Owner::AnotherValue), 1 => Just(Owner::AnotherKey)];
    let resembles = prop_oneof![3 => any::<Index>().prop_map(Some), 1 => Just(None)];
    let switches =
        (any::<bool>(), prop_oneof![3 => Just(true), 1 => Just(false)], prop_oneof![4 => Just(false), 1 => Just(true)]);
    let target = prop_oneof![Just(None), arbitrary::target().prop_map(Some)].prop_map(FoundTarget);
    (owner, resembles, arbitrary::window(), switches, vec(target, 0..3), vec(task(), 0..3)).prop_map(
        |(owner, resembles, own, (settings_differ, enabled, ends), targets, tasks)| Found {
            owner,
            resembles,
            own,
            settings_differ,
            enabled,
            ends,
            targets,
            tasks,
        },
    )
}

fn task() -> impl Strategy<Value = FoundTask> {
    let own = prop_oneof![Just(None), arbitrary::task().prop_map(Some)];
    let runs_command = prop_oneof![4 => Just(true), 1 => Just(false)];
    let on =
        prop_oneof![4 => any::<Index>().prop_map(On::Target), 1 => Just(On::TargetThatIsGone), 1 => Just(On::Nodes)];
    let extra = prop_oneof![
        4 => Just(Extra::Nothing), 1 => Just(Extra::Comment), 1 => Just(Extra::Alarm), 1 => Just(Extra::Notification)
    ];
    (own, runs_command, on, extra).prop_map(|(own, runs_command, on, extra)| FoundTask { own, runs_command, on, extra })
}

impl Found {
    /// Whether it carries the owner tag.
    pub(crate) fn is_ours(&self) -> bool {
        self.owner == Owner::Us
    }

    /// Whether it has a name of the policy, unless that has no window at all, and is somebody else's.
    pub(crate) fn is_foreign_namesake(&self) -> bool {
        !self.is_ours() && self.resembles.is_some()
    }

    /// Makes the window with its targets and tasks, as somebody with a console would.
    pub(crate) async fn make(&self, cell: &Cell, policy: &PatchPolicy) {
        let wanted = self.resembles.filter(|_| !policy.windows.is_empty()).map(|index| index.get(&policy.windows));
        let wanted = wanted.unwrap_or(&self.own);
        let id = self.create(cell, wanted, policy).await;
        if !self.enabled {
            cell.ssm.update_maintenance_window().window_id(&id).enabled(false).send().await.unwrap();
        }
        let mut targets = Vec::new();
        for FoundTarget(own) in &self.targets {
            targets.push(register_target(cell, &id, own.as_ref().unwrap_or(&wanted.target)).await);
        }
        for task in &self.tasks {
            task.make(cell, &id, &targets, wanted).await;
        }
    }

    async fn create(&self, cell: &Cell, wanted: &Window, policy: &PatchPolicy) -> String {
        let like = if self.settings_differ { &self.own } else { wanted };
        let create = cell.ssm.create_maintenance_window().name(wanted.name.as_str());
        let create = create.schedule(like.schedule.expression()).schedule_timezone(like.timezone.to_string());
        let create = create.set_schedule_offset(like.offset_days().map(|days| days.get().into()));
        let create = create.set_description(like.description.as_ref().map(ToString::to_string));
        let create = create.duration(like.duration_hours.get().into()).cutoff(like.cutoff_hours.get().into());
        let create = create.set_end_date(self.ends.then(|| "2040-01-01T00:00:00Z".to_owned()));
        let create = create.allow_unassociated_targets(self.settings_differ && self.ends);
        create.set_tags(self.tags(policy)).send().await.unwrap().window_id.unwrap()
    }

    fn tags(&self, policy: &PatchPolicy) -> Option<Vec<Tag>> {
        let (key, value) = (policy.owner_tag.key.as_str(), policy.owner_tag.value.as_str());
        let tag = |key: &str, value: &str| Some(vec![Tag::builder().key(key).value(value).build().unwrap()]);
        match self.owner {
            Owner::Us => tag(key, value),
            Owner::Nobody => None,
            Owner::AnotherValue => tag(key, &format!("{value}-2")),
            Owner::AnotherKey => tag(&format!("{key}-2"), value),
        }
    }
}

impl FoundTask {
    async fn make(&self, cell: &Cell, window: &str, targets: &[String], wanted: &Window) {
        let settings = self.own.as_ref().unwrap_or(&wanted.task);
        let gone = match &self.on {
            On::Target(_) if !targets.is_empty() => None,
            On::Nodes => None,
            _ => Some(register_target(cell, window, &wanted.target).await),
        };
        let target = |key: &str, value: &str| aws_sdk_ssm::types::Target::builder().key(key).values(value).build();
        let on = match (&gone, &self.on) {
            (Some(gone), _) => target("WindowTargetIds", gone),
            (None, On::Target(index)) => target("WindowTargetIds", index.get(targets).as_str()),
            (None, _) => target("InstanceIds", "i-0123456789abcdef0"),
        };
        let register = cell.ssm.register_task_with_maintenance_window().window_id(window).targets(on);
        let register = register.name(settings.name.as_str()).max_concurrency("1").max_errors("1");
        let register = if self.runs_command {
            register
                .task_type(MaintenanceWindowTaskType::RunCommand)
                .task_arn(settings.document.as_str())
                .set_task_invocation_parameters(Some(self.invocation(settings)))
        } else {
            register.task_type(MaintenanceWindowTaskType::Automation).task_arn("AWS-StopEC2Instance")
        };
        let alarm = aws_sdk_ssm::types::Alarm::builder().name("too-many-errors").build().unwrap();
        let alarms = AlarmConfiguration::builder().alarms(alarm).build().unwrap();
        let register = register.set_alarm_configuration((self.extra == Extra::Alarm).then_some(alarms));
        register.send().await.unwrap();
        if let Some(gone) = gone {
            let deregister = cell.ssm.deregister_target_from_maintenance_window().window_id(window);
            deregister.window_target_id(gone).safe(false).send().await.unwrap();
        }
    }

    fn invocation(&self, settings: &policy::Task) -> MaintenanceWindowTaskInvocationParameters {
        let notify =
            NotificationConfig::builder().notification_arn("arn:aws:sns:eu-west-1:111122223333:theirs").build();
        let parameters = settings.parameters.iter().map(|(name, values)| (name.clone(), values.clone())).collect();
        let command = MaintenanceWindowRunCommandParameters::builder()
            .set_parameters(Some(parameters))
            .timeout_seconds(settings.timeout_seconds.get())
            .set_comment((self.extra == Extra::Comment).then(|| "a comment".to_owned()))
            .set_notification_config((self.extra == Extra::Notification).then_some(notify))
            .build();
        MaintenanceWindowTaskInvocationParameters::builder().run_command(command).build()
    }
}

async fn register_target(cell: &Cell, window: &str, target: &policy::Target) -> String {
    let kind = if is_of_groups(target) {
        MaintenanceWindowResourceType::ResourceGroup
    } else {
        MaintenanceWindowResourceType::Instance
    };
    let selector = |filter: &Filter| {
        aws_sdk_ssm::types::Target::builder().key(filter.key.as_str()).set_values(Some(filter.values.clone())).build()
    };
    let register = cell.ssm.register_target_with_maintenance_window().window_id(window).resource_type(kind);
    // The other way round than the policy has them.
    let register = register.set_targets(Some(target.filters().iter().rev().map(selector).collect()));
    let register = register.set_name(target.name().map(ToString::to_string));
    register.send().await.unwrap().window_target_id.unwrap()
}
