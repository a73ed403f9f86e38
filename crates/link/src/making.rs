//! Makes the commands' types, the enum of all and their TypeScript from one list, see [`crate::contract`].

macro_rules! commands {
    ($($(#[$doc:meta])* $snake:ident = $name:ident {
        $($(#[$field_doc:meta])* $field:ident : $type:ty,)*
    } -> $answer:ty;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
            pub struct $name {
                $($(#[$field_doc])* pub $field: $type,)*
            }

            impl Ask for $name {
                type Answer = $answer;
            }

            impl From<$name> for Command {
                fn from(ask: $name) -> Self {
                    Self::$name(ask)
                }
            }
        )*

        /// Any command, as it crosses the link.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
        #[serde(tag = "name", content = "ask", rename_all = "snake_case")]
        pub enum Command {
            $($(#[$doc])* $name($name),)*
        }

        impl Command {
            /// Every command's name, as the web UI calls it.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($snake)),*];
        }

        /// The TypeScript map from a command's name to its arguments and its answer.
        #[must_use]
        pub fn typescript_map(config: &ts_rs::Config) -> String {
            let mut map = String::from("export type Commands = {\n");
            $(
                map.push_str(&format!(
                    "  {}: {{ ask: {}; answer: {} }};\n",
                    stringify!($snake),
                    stringify!($name),
                    <$answer as TS>::name(config),
                ));
            )*
            map.push_str("};\n");
            map
        }

        /// Calls a macro with the list `name = Type` of all commands: for the window's pass-through.
        #[macro_export]
        macro_rules! for_each_command {
            ($callback:ident) => {
                $callback! { $($snake = $name,)* }
            };
        }
    };
}
