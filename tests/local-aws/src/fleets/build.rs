//! One host of a kind.

use jiff::{SignedDuration, Timestamp};
use rand::RngExt;
use rand::rngs::StdRng;
use ssm_simulator::{
    Conduct, Event, Fleet, Happening, Host, Instance, InstanceState, Node, Operator, PatchState, PingStatus,
    PlatformType, Response,
};

use super::kind::Kind;

pub(super) const FROZEN: &str = "frozen";
pub(super) const PINNED: &str = "pinned";
pub(super) const PATIENT: &str = "patient";
const TAG: &str = "InstanceOS";
/// For targets with more than one filter.
const ENVIRONMENT: &str = "Environment";

/// Name, version, details as EC2 has them.
const SYSTEMS: [(&str, &str, &str); 6] = [
    ("Amazon Linux", "2023", "Linux/UNIX"),
    ("Amazon Linux", "2023", "Linux/UNIX"),
    ("Amazon Linux", "2", "Linux/UNIX"),
    ("Ubuntu", "22.04", "Linux/UNIX"),
    ("Red Hat Enterprise Linux", "9.4", "Red Hat Enterprise Linux"),
    ("SLES", "15.5", "SUSE Linux"),
];
const WINDOWS: [&str; 3] = ["2019", "2022", "2016"];
const SERVICES: [&str; 8] = ["web", "api", "batch", "db", "cache", "queue", "build", "bastion"];

pub(super) struct Builder<'a> {
    random: &'a mut StdRng,
    account: String,
    region: String,
    now: Timestamp,
}

impl<'a> Builder<'a> {
    pub(super) fn new(random: &'a mut StdRng, fleet: &Fleet, now: Timestamp) -> Self {
        Self { random, account: fleet.account.clone(), region: fleet.region.clone(), now }
    }

    pub(super) fn build(&mut self, kind: Kind) -> Host {
        let mut host = match kind {
            Kind::Windows | Kind::WrongTag | Kind::Waiting => self.windows(),
            Kind::Hybrid | Kind::HybridLost => self.hybrid(None),
            Kind::Azure => self.hybrid(Some("Microsoft.Compute/virtualMachines")),
            _ => self.linux(),
        };
        self.place(kind, &mut host);
        self.tag(kind, &mut host);
        self.connect(kind, &mut host);
        host.conduct = Conduct { minutes: self.between(3, 40), ..self.conduct(kind) };
        if kind == Kind::Slow {
            host.conduct.minutes = 500;
        }
        host
    }

    fn between(&mut self, least: u16, most: u16) -> u16 {
        self.random.random_range(least..=most)
    }

    fn digits(&mut self, count: usize) -> String {
        let digits = format!("{:016x}{:016x}", self.random.random::<u64>(), self.random.random::<u64>());
        digits[..count].to_owned()
    }

    fn ago(&self, hours: i64) -> Timestamp {
        self.now - SignedDuration::from_hours(hours)
    }

    fn some_time_ago(&mut self) -> Timestamp {
        let days = i64::from(self.between(20, 400));
        self.ago(24 * days)
    }

    fn linux(&mut self) -> Host {
        let (name, version, details) = SYSTEMS[self.random.random_range(0..SYSTEMS.len())];
        self.host(name.to_owned(), version.to_owned(), PlatformType::Linux, details)
    }

    fn windows(&mut self) -> Host {
        let year = WINDOWS[self.random.random_range(0..WINDOWS.len())];
        let name = format!("Microsoft Windows Server {year} Datacenter");
        let mut host = self.host(name, "10.0.20348".to_owned(), PlatformType::Windows, "Windows");
        set_tag(&mut host, TAG, "Windows");
        host
    }

    fn host(&mut self, name: String, version: String, platform_type: PlatformType, details: &str) -> Host {
        let service = SERVICES[self.random.random_range(0..SERVICES.len())];
        let number = self.between(1, 99);
        let label = format!("{service}-{number}");
        let environment = if number < 70 { "prod" } else { "test" };
        let launched = self.some_time_ago();
        let tags = [("Name", &*label), (TAG, "Linux"), (ENVIRONMENT, environment)];
        let tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        let node = Node {
            platform_name: name,
            platform_version: version,
            platform_type,
            agent_version: format!("3.3.{}.0", self.between(1200, 3000)),
            is_latest_version: false,
            last_ping_date_time: self.ago(24 * 7),
            computer_name: format!("{label}.internal"),
            ..Node::default()
        };
        let instance =
            Instance { tags, launch_time: launched, platform_details: details.into(), ..Instance::default() };
        Host { id: format!("i-{}", self.digits(17)), instance: Some(instance), node: Some(node), ..Host::default() }
    }

    fn hybrid(&mut self, source: Option<&str>) -> Host {
        let mut host = self.linux();
        let mut tags = host.instance.take().map(|instance| instance.tags).unwrap_or_default();
        let label = tags.remove("Name").unwrap_or_default();
        host.id = format!("mi-{}", self.digits(17));
        let registered = self.some_time_ago();
        if let Some(node) = &mut host.node {
            node.registration_date = Some(registered);
            node.source_type = source.map(str::to_owned);
            node.activation_id = Some("c0ffee00-0000-4000-8000-000000000001".into());
            node.iam_role = Some("hybrid-nodes".into());
            node.name = Some(label);
            node.tags = tags;
        }
        host
    }

    /// What EC2 knows that is unusual.
    fn place(&mut self, kind: Kind, host: &mut Host) {
        if kind == Kind::Odd {
            host.id = format!("i-{}", self.digits(8));
        }
        let (profile, short_ago) =
            (format!("arn:aws:iam::{}:instance-profile/{}", self.account, self.region), self.ago(0));
        let weeks_ago = self.ago(24 * 21);
        let endpoints = "vpc-0badbadbadbadbad0".to_owned();
        let Some(instance) = &mut host.instance else { return };
        match kind {
            Kind::Stopped => {
                instance.state = InstanceState::Stopped;
                instance.state_transition_reason =
                    format!("User initiated ({})", weeks_ago.strftime("%Y-%m-%d %H:%M:%S GMT"));
            }
            Kind::MetadataOff => instance.metadata_options.http_endpoint = "disabled".into(),
            Kind::NotManagedProfile | Kind::TakesNoCommands => instance.iam_instance_profile = Some(profile),
            Kind::WithoutEndpoints => instance.vpc_id = endpoints,
            Kind::Young => instance.launch_time = short_ago - SignedDuration::from_mins(10),
            Kind::Mac => instance.platform_details = "macOS".into(),
            Kind::Replaced => instance.instance_lifecycle = Some("spot".into()),
            Kind::Operated => {
                instance.operator = Some(Operator { principal: "eks.amazonaws.com".into(), hidden_by_default: true });
            }
            _ => {}
        }
    }

    fn tag(&mut self, kind: Kind, host: &mut Host) {
        match kind {
            Kind::NoTag | Kind::OldAgent | Kind::Mac | Kind::EksNode | Kind::Operated => remove_tag(host, TAG),
            Kind::MisspeltTag if self.between(0, 1) == 0 => set_tag(host, TAG, "linux"),
            Kind::MisspeltTag => {
                remove_tag(host, TAG);
                set_tag(host, "instanceOS ", "Linux");
            }
            Kind::UnknownTag => set_tag(host, TAG, "AL2023"),
            Kind::WrongTag => set_tag(host, TAG, "Linux"),
            Kind::Frozen => set_tag(host, "Patch Group", FROZEN),
            Kind::Pinned => set_tag(host, "PatchGroup", PINNED),
            Kind::Waiting => set_tag(host, "Patch Group", PATIENT),
            Kind::Replaced => set_tag(host, "aws:autoscaling:groupName", "web"),
            Kind::Odd => {
                set_tag(host, "Name", "<b onmouseover=alert(1)>web & co</b>");
                (3..50).for_each(|number| set_tag(host, &format!("cost-center-{number}"), "4711"));
            }
            _ => {}
        }
        if kind == Kind::EksNode {
            set_tag(host, "eks:nodegroup-name", "workers");
        }
    }

    /// What Systems Manager knows that is unusual.
    fn connect(&mut self, kind: Kind, host: &mut Host) {
        let weeks_ago = self.ago(24 * 30);
        let Some(node) = &mut host.node else { return };
        match kind {
            Kind::LongLost | Kind::HybridLost => {
                (node.ping_status, node.last_ping_date_time) = (PingStatus::ConnectionLost, weeks_ago);
            }
            Kind::Bottlerocket => system(node, "Bottlerocket", "1.20.0", PlatformType::Linux),
            Kind::Mac => system(node, "macOS", "14.5", PlatformType::MacOS),
            Kind::Frozen | Kind::Pinned => system(node, "Amazon Linux", "2023", PlatformType::Linux),
            Kind::OldAgent => node.agent_version = "2.3.701.0".into(),
            Kind::FailsForWeeks => {
                let times = (weeks_ago, weeks_ago + SignedDuration::from_mins(8));
                host.patch_state = Some(PatchState {
                    missing_count: 12,
                    security_non_compliant_count: 7,
                    other_non_compliant_count: 5,
                    operation_start_time: times.0,
                    operation_end_time: times.1,
                    ..PatchState::default()
                });
            }
            Kind::MetadataOff
            | Kind::NotManaged
            | Kind::NotManagedProfile
            | Kind::Operated
            | Kind::WithoutEndpoints
            | Kind::Young => host.node = None,
            _ => {}
        }
    }

    fn conduct(&self, kind: Kind) -> Conduct {
        let conduct = Conduct { installed_until: Some(self.ago(24 * 40)), ..Conduct::default() };
        let happens = |events: &[(Timestamp, Happening)]| {
            events.iter().map(|(at, what)| Event { at: *at, what: *what }).collect()
        };
        match kind {
            Kind::StoppedInWindows => {
                let events = [(self.ago(24 * 9), Happening::Stops), (self.ago(2), Happening::Starts)];
                Conduct { timeline: happens(&events), ..conduct }
            }
            Kind::Lost => Conduct { timeline: happens(&[(self.ago(9), Happening::IsLost)]), ..conduct },
            Kind::ScannedByOthers => {
                Conduct { timeline: happens(&[(self.ago(1), Happening::IsScannedByOthers)]), ..conduct }
            }
            Kind::Terminated => {
                let minutes_ago = self.now - SignedDuration::from_mins(20);
                Conduct { timeline: happens(&[(minutes_ago, Happening::IsTerminated)]), ..conduct }
            }
            Kind::TakesNoCommands => Conduct { commands: Response::IsNotDelivered, ..conduct },
            Kind::Hangs => Conduct { commands: Response::TimesOut, ..conduct },
            Kind::Fails | Kind::FailsForWeeks => Conduct { commands: Response::Fails, ..conduct },
            Kind::FailsToScan => Conduct { commands: Response::FailsToScan, ..conduct },
            Kind::FailsToInstall => Conduct { failing_patches: 2, ..conduct },
            Kind::DoesNotRestart => Conduct { restarts: false, ..conduct },
            // Before what its baseline approves: of two months that it waits for, one second Tuesday at least is not approved yet.
            Kind::Waiting => Conduct { installed_until: Some(self.ago(24 * 120)), ..conduct },
            _ => conduct,
        }
    }
}

fn system(node: &mut Node, name: &str, version: &str, platform_type: PlatformType) {
    (node.platform_name, node.platform_version, node.platform_type) = (name.into(), version.into(), platform_type);
}

fn set_tag(host: &mut Host, key: &str, value: &str) {
    let tags = match (&mut host.instance, &mut host.node) {
        (Some(instance), _) => &mut instance.tags,
        (None, Some(node)) => &mut node.tags,
        (None, None) => return,
    };
    tags.insert(key.to_owned(), value.to_owned());
}

fn remove_tag(host: &mut Host, key: &str) {
    if let Some(instance) = &mut host.instance {
        instance.tags.remove(key);
    }
}
