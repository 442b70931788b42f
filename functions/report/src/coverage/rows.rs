//! `coverage.csv`, for spreadsheets, and `hosts.jsonl.gz`, for queries: a row a host, and one for each place that nobody could look at.

use std::io::{self, Write};

use csv::{Terminator, Writer, WriterBuilder};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use super::row::COLUMNS;
use crate::csv::safe;

/// The table: RFC 4180, without formulas, as that of a rollout.
#[derive(Debug)]
pub(super) struct Table(Writer<Vec<u8>>);

impl Table {
    pub(super) fn new() -> csv::Result<Self> {
        let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
        writer.write_record(COLUMNS)?;
        Ok(Self(writer))
    }

    pub(super) fn write(&mut self, row: &Value) -> csv::Result<()> {
        self.0.write_record(COLUMNS.map(|column| safe(field(&row[column]))))
    }

    pub(super) fn finish(self) -> io::Result<Vec<u8>> {
        self.0.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// What is not known is empty, and a list has semicolons.
fn field(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(field).collect::<Vec<_>>().join(";"),
        other => other.to_string(),
    }
}

/// A line of JSON a row, compressed as they come: 50,000 hosts are 2 MB instead of 40.
#[derive(Debug)]
pub(super) struct Lines(GzEncoder<Vec<u8>>);

impl Lines {
    pub(super) fn new() -> Self {
        Self(GzEncoder::new(Vec::new(), Compression::default()))
    }

    pub(super) fn write(&mut self, row: &Value) -> io::Result<()> {
        serde_json::to_writer(&mut self.0, row)?;
        self.0.write_all(b"\n")
    }

    pub(super) fn finish(self) -> io::Result<Vec<u8>> {
        self.0.finish()
    }
}
