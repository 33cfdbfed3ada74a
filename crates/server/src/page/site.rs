//! What pages are given of this node: the handles of crate `web` on the query layer and on the node.
//!
//! Never here: what pages do with them (crate `web`).

use std::ops::Range;
use std::sync::Arc;

use answers::package::Licence;
use answers::{
    CaseBody, CaseList, CasePlace, CaseWindow, Change, DuplicateList, EventBody, FigureDeltas,
    PersonBody, PublishedFigure, Question,
};
use event::{CaseId, Day, KeyHash, PersonId, Position};
use figures::{
    Answer, At, CaseFilter, CaseOrder, Count, Delta, Funnel, HeldList, ListedCase, Query,
    TooManyGroups,
};
use fold::{Editor, EditorId, LastHidden, Person, Scope, Times, Track, TrackId, View};
use search::NameQuery;
use web::record::{AsKnown, Columns, ReadFailure, Record, Rows};
use web::site::{Finding, MadeOf, PeopleFuture, SearchFuture, Site};

use crate::http::figures::certificate;
use crate::http::licence::DataLicence;
use crate::http::{App, Problem};
use crate::query::reading::Reading;
use crate::query::snapshot::Snapshot;
use crate::query::{deltas, found, question, record};

impl Site for App {
    fn snapshot<'s>(&'s self, scope: &'s Scope, at: At, made_of: MadeOf) -> Finding<'s> {
        Box::pin(async move {
            let snapshot = Snapshot::at(&self.node, scope, at, None).await?;
            let snapshot = match made_of {
                MadeOf::Columns => snapshot.settled(&self.node, scope).await?,
                MadeOf::Rows => snapshot,
            };
            Ok(web::record::Snapshot::new(snapshot))
        })
    }

    fn search<'s>(
        &'s self,
        scope: &'s Scope,
        at: At,
        (text, limit): (&'s str, usize),
    ) -> SearchFuture<'s> {
        Box::pin(async move {
            let snapshot = Snapshot::at(&self.node, scope, at, None).await?;
            let indexed = self.searching.indexed(snapshot.position).await;
            let found = tokio::task::block_in_place(|| {
                found::both((&snapshot, scope), &indexed, (text, limit))
            });
            let found = found.map_err(|failure| Problem::failed(&failure))?;
            Ok((web::record::Snapshot::new(snapshot), found))
        })
    }

    fn people_of_name<'s>(
        &'s self,
        scope: &'s Scope,
        at: At,
        name: &'s NameQuery,
    ) -> PeopleFuture<'s> {
        Box::pin(async move {
            let snapshot = Snapshot::at(&self.node, scope, at, None).await?;
            let indexed = self.searching.indexed(snapshot.position).await;
            let work = || found::people_of_name((&snapshot, scope), (&indexed.index, name));
            let people = tokio::task::block_in_place(work)?;
            Ok((web::record::Snapshot::new(snapshot), people))
        })
    }

    fn checkpoint(&self) -> Option<String> {
        self.archive.published().ok().flatten()
    }

    fn checkpoint_size(&self) -> Option<Position> {
        certificate::size(&self.checkpoint()?)
    }

    fn is_signed(&self, position: Position) -> bool {
        // What was signed before this start is in the history alone.
        self.node.signed_size() >= position
            || self.checkpoint_size().is_some_and(|size| size >= position)
    }

    /// What cannot be read is said in the log.
    fn root(&self, position: Position) -> Option<String> {
        let root = self.archive.root(position);
        root.map_err(|error| tracing::warn!(error = %error, "no root for a page"))
            .ok()
            .map(|root| root.to_string())
    }

    fn trouble(&self) -> Option<String> {
        self.node.trouble().map(|trouble| trouble.told())
    }

    fn licence(&self) -> Option<&Licence> {
        self.licence.as_deref().map(DataLicence::licence)
    }
}

impl Record for Snapshot {
    fn known(&self) -> AsKnown {
        self.known()
    }

    fn newest(&self) -> Position {
        self.newest
    }

    fn columns(&self) -> Columns<'_> {
        Box::new(self.model.columns())
    }

    fn scan(&self) -> Columns<'_> {
        Box::new(self.model.shared().scan())
    }

    fn read(&self) -> Result<web::record::Reading<'_>, ReadFailure> {
        let reading = self.read().map_err(ReadFailure::new)?;
        Ok(web::record::Reading::new(PageRows(reading)))
    }

    fn question(&self, query: Query, scope: &Scope) -> Result<Question, Problem> {
        question::at_snapshot(self, query, scope)
    }

    fn figure(&self, question: &Question) -> Result<Arc<Answer>, TooManyGroups> {
        self.model.figure(question)
    }

    fn held(&self, question: &Question) -> Result<(Arc<Answer>, Arc<HeldList>), TooManyGroups> {
        self.model.held(question)
    }

    fn on_each_day(
        &self,
        question: &Question,
        days: &[Day],
    ) -> Result<(Arc<Answer>, Arc<Vec<Count>>), TooManyGroups> {
        self.model.on_each_day(question, days)
    }

    fn funnel(&self, question: &Question) -> Arc<Funnel> {
        self.model.funnel(question)
    }

    fn years(&self, question: &Question) -> Arc<Vec<String>> {
        self.model.years(question)
    }

    fn deltas(
        &self,
        query: &Query,
        span: (Position, Position),
        earlier: Option<Day>,
        scope: &Scope,
    ) -> FigureDeltas {
        deltas::deltas(self, query, span, earlier, scope)
    }

    fn explain(
        &self,
        found: &FigureDeltas,
        deltas: &[(Position, Delta)],
        scope: &Scope,
    ) -> Result<Vec<Change>, ReadFailure> {
        deltas::explain(self, found, deltas, scope).map_err(ReadFailure::new)
    }

    fn cases(
        &self,
        scope: &Scope,
        which: (&CaseFilter, CaseOrder),
        after: Option<ListedCase>,
        limit: usize,
    ) -> Result<(CaseList, Option<ListedCase>), ReadFailure> {
        record::case_list((self, scope), which, after, limit).map_err(ReadFailure::new)
    }

    fn case(
        &self,
        id: &CaseId,
        scope: &Scope,
        window: &CaseWindow,
    ) -> Result<(CaseBody, Option<CasePlace>), Problem> {
        record::case(self, id, scope, window)
    }

    fn person(&self, id: &PersonId, scope: &Scope) -> Result<Option<PersonBody>, ReadFailure> {
        record::person(self, id, scope).map_err(ReadFailure::new)
    }

    fn hearings(
        &self,
        scope: &Scope,
        days: (Day, Day),
        places: Range<usize>,
    ) -> Result<(Vec<EventBody>, usize), ReadFailure> {
        record::hearings(self, scope, days, places).map_err(ReadFailure::new)
    }

    fn duplicates(
        &self,
        scope: &Scope,
        after: usize,
        limit: usize,
    ) -> Result<DuplicateList, ReadFailure> {
        record::duplicates(self, scope, after, limit).map_err(ReadFailure::new)
    }

    fn published(&self, scope: &Scope) -> Vec<Position> {
        record::published(self, scope)
    }

    fn published_figure(
        &self,
        position: Position,
        scope: &Scope,
    ) -> Result<Option<PublishedFigure>, ReadFailure> {
        let figure = record::published_figure(self, position, scope).map_err(ReadFailure::new)?;
        Ok(figure.map(|(figure, _)| figure))
    }
}

/// The rows of the record, whose failures are those of pages.
struct PageRows<'s>(Reading<'s>);

impl Rows for PageRows<'_> {
    fn leaves(
        &self,
        from: Position,
        limit: usize,
    ) -> Result<Vec<(Position, Vec<u8>)>, ReadFailure> {
        self.0.leaves(from, limit).map_err(ReadFailure::new)
    }
}

impl View for PageRows<'_> {
    type Error = ReadFailure;

    fn record(&self, key: KeyHash) -> Result<Option<fold::Record>, ReadFailure> {
        self.0.record(key).map_err(ReadFailure::new)
    }

    fn track(&self, id: &TrackId) -> Result<Option<Track>, ReadFailure> {
        self.0.track(id).map_err(ReadFailure::new)
    }

    fn person(&self, id: &PersonId) -> Result<Option<Person>, ReadFailure> {
        self.0.person(id).map_err(ReadFailure::new)
    }

    fn editor(&self, id: &EditorId) -> Result<Option<Editor>, ReadFailure> {
        self.0.editor(id).map_err(ReadFailure::new)
    }

    fn leaf(&self, position: Position) -> Result<Option<Vec<u8>>, ReadFailure> {
        View::leaf(&self.0, position).map_err(ReadFailure::new)
    }

    fn times(&self, row: u64) -> Result<Option<Vec<Times>>, ReadFailure> {
        self.0.times(row).map_err(ReadFailure::new)
    }

    fn last_hidden(&self) -> Result<Option<LastHidden>, ReadFailure> {
        self.0.last_hidden().map_err(ReadFailure::new)
    }
}
