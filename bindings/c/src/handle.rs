//! Handles: numbers in the shape of pointers, looked up in one table.
//!
//! A handle names a slot, the slot's generation, the type, and the process (a fork makes a new
//! one). Nobody dereferences it, so a stale, foreign or invented one is found out, also where its
//! slot has been used again since. Its topmost byte makes it an address that no user process has.

use std::any::Any;
use std::collections::HashMap;
use std::ffi::{CString, c_char};
use std::marker::PhantomData;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ytclipper::{Error, ErrorKind};

use crate::log::Sink;
use crate::status::Fault;

/// What a handle's type stands for.
pub(crate) trait Handle {
    /// The object behind it.
    type Object: Any + Send + Sync;
    /// Number of the type within a handle: 1 to 15.
    const TAG: u64;
    /// The type's name in C.
    const NAME: &'static str;
}

const MAGIC: u64 = 0xC1;
const INDEX_BITS: u32 = 22;
const GENERATION_BITS: u32 = 22;
const EPOCH_BITS: u32 = 8;
const TAG_SHIFT: u32 = INDEX_BITS + GENERATION_BITS + EPOCH_BITS;
/// Most live handles of a process, and most uses of a slot before it is given up.
const LIMIT: u64 = 1 << INDEX_BITS;

/// The parts of a handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Parts {
    tag: u64,
    epoch: u64,
    generation: u64,
    index: u64,
}

impl Parts {
    fn join(self) -> u64 {
        MAGIC << 56
            | self.tag << TAG_SHIFT
            | self.epoch << (INDEX_BITS + GENERATION_BITS)
            | self.generation << INDEX_BITS
            | self.index
    }

    fn split(handle: u64) -> Option<Self> {
        (handle >> 56 == MAGIC).then_some(Self {
            tag: handle >> TAG_SHIFT & 0xf,
            epoch: handle >> (INDEX_BITS + GENERATION_BITS) & 0xff,
            generation: handle >> INDEX_BITS & (LIMIT - 1),
            index: handle & (LIMIT - 1),
        })
    }
}

struct Slot {
    generation: u64,
    object: Option<Arc<dyn Any + Send + Sync>>,
}

#[derive(Default)]
struct Table {
    slots: Vec<Slot>,
    free: Vec<u64>,
}

impl Table {
    /// A slot for one object.
    fn take(&mut self) -> Option<u64> {
        if let Some(index) = self.free.pop() {
            return Some(index);
        }
        let index = self.slots.len() as u64;
        if index >= LIMIT {
            return None;
        }
        self.slots.push(Slot { generation: 1, object: None });
        Some(index)
    }

    fn slot(&mut self, parts: Parts) -> Option<&mut Slot> {
        let slot = self.slots.get_mut(usize::try_from(parts.index).ok()?)?;
        (slot.generation == parts.generation).then_some(slot)
    }

    /// Makes all handles of a slot stale. A slot whose generations are used up rests for ever.
    fn release(&mut self, parts: Parts) {
        let Some(slot) = self.slot(parts) else { return };
        slot.generation += 1;
        if slot.generation < LIMIT {
            self.free.push(parts.index);
        }
    }
}

/// What belongs to one process. Its locks may be held for ever in a child of a fork, so a child
/// gets another one.
struct Process {
    pid: u32,
    epoch: u64,
    table: Mutex<Table>,
    texts: Mutex<HashMap<usize, CString>>,
    log: Mutex<Option<Arc<Sink>>>,
}

static CURRENT: AtomicPtr<Process> = AtomicPtr::new(std::ptr::null_mut());

impl Process {
    /// That of the calling process; made at the first call, and kept until its end.
    fn current() -> &'static Self {
        let pid = std::process::id();
        let known = CURRENT.load(Ordering::Acquire);
        // SAFETY: what CURRENT points to was leaked and is never freed.
        let before = unsafe { known.as_ref() };
        if let Some(process) = before.filter(|process| process.pid == pid) {
            return process;
        }
        let epoch = before.map_or(1, |process| (process.epoch + 1) & 0xff);
        let (table, texts, log) = (Mutex::default(), Mutex::default(), Mutex::default());
        let made = Box::into_raw(Box::new(Self { pid, epoch, table, texts, log }));
        let newest = match CURRENT.compare_exchange(known, made, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => made,
            Err(newer) => {
                // SAFETY: nobody else has seen it.
                drop(unsafe { Box::from_raw(made) });
                newer
            }
        };
        // SAFETY: as above; another thread of this process can only have set its own.
        unsafe { &*newest }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place for a handle that is still to be filled, so that what cannot be undone is done only
/// once there is a handle for it.
pub(crate) struct Reserved<H: Handle> {
    parts: Parts,
    kind: PhantomData<H>,
}

impl<H: Handle> Reserved<H> {
    /// Takes a place. `LimitExceeded` where there are 4 million handles.
    pub(crate) fn take() -> Result<Self, Fault> {
        let process = Process::current();
        let mut table = process.table();
        let full = || Error::new(ErrorKind::LimitExceeded, "too many live handles; free some");
        let index = table.take().ok_or_else(full)?;
        let generation = usize::try_from(index).map_or(0, |index| table.slots[index].generation);
        let parts = Parts { tag: H::TAG, epoch: process.epoch, generation, index };
        Ok(Self { parts, kind: PhantomData })
    }

    /// The handle of an object, which lives until the handle is [`release`]d.
    pub(crate) fn fill(self, object: Arc<H::Object>) -> *mut H {
        if let Some(slot) = Process::current().table().slot(self.parts) {
            slot.object = Some(object);
        }
        let handle = self.parts.join();
        std::mem::forget(self);
        std::ptr::without_provenance_mut(handle as usize)
    }
}

impl<H: Handle> Drop for Reserved<H> {
    fn drop(&mut self) {
        Process::current().table().release(self.parts);
    }
}

/// A new handle of an object.
pub(crate) fn insert<H: Handle>(object: H::Object) -> Result<*mut H, Fault> {
    Ok(Reserved::take()?.fill(Arc::new(object)))
}

/// The object of a handle; `name` is the argument's.
pub(crate) fn lookup<H: Handle>(handle: *const H, name: &str) -> Result<Arc<H::Object>, Fault> {
    let (process, parts) = check(handle, name)?;
    let object = process.table().slot(parts).and_then(|slot| slot.object.clone());
    object.and_then(|object| object.downcast().ok()).ok_or_else(|| stale::<H>(name))
}

/// Ends a handle and gives its object back, after the table's lock. NULL is none, and fine.
pub(crate) fn release<H: Handle>(handle: *mut H, name: &str) -> Result<Option<Arc<H::Object>>, Fault> {
    if handle.is_null() {
        return Ok(None);
    }
    let (process, parts) = check(handle, name)?;
    let mut table = process.table();
    // Also where a handle's type was tampered with, another type's object stays.
    let slot = table.slot(parts).filter(|slot| slot.object.as_ref().is_some_and(|any| any.is::<H::Object>()));
    let object = slot.and_then(|slot| slot.object.take());
    if object.is_some() {
        table.release(parts);
    }
    drop(table);
    let object = object.ok_or_else(|| stale::<H>(name))?;
    Ok(object.downcast().ok())
}

fn check<H: Handle>(handle: *const H, name: &str) -> Result<(&'static Process, Parts), Fault> {
    if handle.is_null() {
        return Err(Fault::argument(name, "must not be NULL"));
    }
    let parts = Parts::split(handle.addr() as u64).filter(|parts| parts.tag == H::TAG);
    let wrong = || Fault::handle(name, format!("is no handle of a {}", H::NAME));
    let (process, parts) = (Process::current(), parts.ok_or_else(wrong)?);
    if parts.epoch != process.epoch {
        let message = format!("{name}: was made before a fork; make another one in the child");
        return Err(Error::new(ErrorKind::EngineForked, message).with("argument", name).into());
    }
    Ok((process, parts))
}

fn stale<H: Handle>(name: &str) -> Fault {
    Fault::handle(name, format!("is the handle of a {} that has been freed", H::NAME))
}

/// Where this process's log goes to.
pub(crate) fn log_sink() -> MutexGuard<'static, Option<Arc<Sink>>> {
    Process::current().log.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lends a text to the host, who gives it back to [`take_text`].
pub(crate) fn give_text(text: CString) -> *mut c_char {
    let texts = &Process::current().texts;
    let pointer = text.as_ptr().cast_mut();
    texts.lock().unwrap_or_else(PoisonError::into_inner).insert(pointer.addr(), text);
    pointer
}

/// Takes a text back. Only those that were given and not yet taken back are freed.
pub(crate) fn take_text(text: *mut c_char) -> Result<(), Fault> {
    if text.is_null() {
        return Ok(());
    }
    let texts = &Process::current().texts;
    let known = texts.lock().unwrap_or_else(PoisonError::into_inner).remove(&text.addr());
    known
        .map(drop)
        .ok_or_else(|| Fault::handle("text", "is no text of this library, or was freed".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::ytc_status;

    struct Number;
    impl Handle for Number {
        type Object = i32;
        const TAG: u64 = 14;
        const NAME: &'static str = "number";
    }
    struct Word;
    impl Handle for Word {
        type Object = String;
        const TAG: u64 = 15;
        const NAME: &'static str = "word";
    }

    fn status<T>(result: Result<T, Fault>) -> ytc_status {
        result.err().map_or(ytc_status::Ok, |fault| fault.status)
    }

    #[test]
    fn the_parts_of_a_handle_come_back() {
        let parts = Parts { tag: 15, epoch: 255, generation: LIMIT - 1, index: LIMIT - 1 };
        assert_eq!(Parts::split(parts.join()), Some(parts));
        assert_eq!(Parts::split(0x7fff_ffff_ffff), None);
    }

    #[test]
    fn a_freed_handle_stays_stale_when_its_slot_is_used_again() {
        let first = insert::<Number>(1).unwrap();
        assert_eq!(*lookup(first, "n").unwrap(), 1);
        release(first, "n").unwrap();
        let second = insert::<Number>(2).unwrap();
        assert_eq!(status(lookup(first, "n")), ytc_status::InvalidHandle);
        assert_eq!(status(release(first, "n")), ytc_status::InvalidHandle);
        assert_eq!(*lookup(second, "n").unwrap(), 2);
        release(second, "n").unwrap();
    }

    #[test]
    fn a_handle_of_another_type_is_refused() {
        let word = insert::<Word>("a".to_owned()).unwrap();
        assert_eq!(status(lookup(word.cast::<Number>(), "n")), ytc_status::InvalidHandle);
        assert_eq!(status(release(word.cast::<Number>(), "n")), ytc_status::InvalidHandle);
        // The type's bits alone are changed.
        let Some(parts) = Parts::split(word.addr() as u64) else { panic!("no handle") };
        let forged = Parts { tag: Number::TAG, ..parts }.join();
        let forged: *mut Number = std::ptr::without_provenance_mut(forged as usize);
        assert_eq!(status(lookup(forged, "n")), ytc_status::InvalidHandle);
        assert_eq!(status(release(forged, "n")), ytc_status::InvalidHandle);
        release(word, "w").unwrap();
    }

    #[test]
    fn null_is_refused_but_where_it_is_freed() {
        assert_eq!(status(lookup(std::ptr::null::<Number>(), "n")), ytc_status::InvalidArgument);
        release(std::ptr::null_mut::<Number>(), "n").unwrap();
    }

    #[test]
    fn a_place_that_was_not_filled_is_stale() {
        let reserved = Reserved::<Number>::take().unwrap();
        let handle: *mut Number = std::ptr::without_provenance_mut(reserved.parts.join() as usize);
        assert_eq!(status(lookup(handle, "n")), ytc_status::InvalidHandle);
        assert_eq!(status(release(handle, "n")), ytc_status::InvalidHandle);
        drop(reserved);
        assert_eq!(status(lookup(handle, "n")), ytc_status::InvalidHandle);
    }

    #[test]
    fn a_slot_whose_generations_are_used_up_is_not_used_again() {
        let mut table = Table::default();
        let index = table.take().unwrap();
        table.slots[0].generation = LIMIT - 1;
        table.release(Parts { tag: 1, epoch: 1, generation: LIMIT - 1, index });
        assert_eq!(table.take(), Some(1));
    }

    #[test]
    fn a_text_is_taken_back_once() {
        let text = give_text(c"a".to_owned());
        take_text(text).unwrap();
        assert_eq!(status(take_text(text)), ytc_status::InvalidHandle);
        take_text(std::ptr::null_mut()).unwrap();
    }
}
