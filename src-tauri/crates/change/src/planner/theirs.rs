//! Planning changes to rows in another program's database.

use super::Planner;
use crate::{Action, ChangeError, TheirRow, theirs};

impl Planner<'_> {
    /// Changes rows of one table in the SQLite file of another program. Each `before` names what a row must hold to be
    /// touched; one that does not is left out, and no step is made where none is left. Returns how many rows the step has.
    ///
    /// # Errors
    /// [`ChangeError::Absent`] without the file; [`ChangeError::ThroughLink`], [`ChangeError::Held`],
    /// [`ChangeError::BadTheirRows`].
    pub fn their_rows(
        &mut self,
        path: &str,
        table: &str,
        rows: Vec<TheirRow>,
        title: &str,
    ) -> Result<usize, ChangeError> {
        let path = self.real(path)?;
        if rows.is_empty() {
            return Ok(0);
        }
        theirs::check_shape(&path, table, &rows)?;
        let rows = theirs::look(&self.disk, &path, table, rows)?;
        let count = rows.len();
        if count > 0 {
            let detail = if count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
            self.push(title, &detail, Action::TheirRows { path, table: table.to_owned(), rows })?;
        }
        Ok(count)
    }
}
