//! Pictures whose memory is used again once nobody holds them any more.

use std::ptr;

use ffmpeg_next::ffi;
use ffmpeg_next::format::Pixel;
use ffmpeg_next::frame::Video;

use super::failure::check;
use crate::error::{Error, Result};
use crate::spec::Size;

/// Bytes that rows begin at multiples of, for vector instructions.
const ALIGN: i32 = 64;

/// Makes 4:2:0 pictures of one size.
pub(super) struct PicturePool {
    size: Size,
    pool: *mut ffi::AVBufferPool,
}

// SAFETY: the pool locks itself, and its owner alone frees it.
unsafe impl Send for PicturePool {}

impl PicturePool {
    /// A pool of pictures of `size`.
    pub(super) fn new(size: Size) -> Result<Self> {
        // SAFETY: plain calls; a null pool is refused.
        let pool = unsafe {
            let format = Pixel::YUV420P.into();
            let bytes = ffi::av_image_get_buffer_size(format, size.width as i32, size.height as i32, ALIGN);
            // Filters and encoders may read some bytes beyond the last row.
            ffi::av_buffer_pool_init(check(bytes, "measure a picture")? as usize + ALIGN as usize, None)
        };
        if pool.is_null() {
            Err(Error::internal("cannot make a pool of pictures"))
        } else {
            Ok(Self { size, pool })
        }
    }

    /// A picture of any content, tagged as BT.709 in limited range with square pixels.
    pub(super) fn take(&self) -> Result<Video> {
        let mut frame = Video::empty();
        // SAFETY: the frame is empty and takes over the buffer; its planes lie within it.
        unsafe {
            let raw = frame.as_mut_ptr();
            let buffer = ffi::av_buffer_pool_get(self.pool);
            if buffer.is_null() {
                return Err(Error::internal("there is no memory for a picture"));
            }
            (*raw).buf[0] = buffer;
            (*raw).width = self.size.width as i32;
            (*raw).height = self.size.height as i32;
            (*raw).format = ffi::AVPixelFormat::from(Pixel::YUV420P) as i32;
            (*raw).sample_aspect_ratio = ffi::AVRational { num: 1, den: 1 };
            (*raw).extended_data = ptr::addr_of_mut!((*raw).data).cast();
            let filled = ffi::av_image_fill_arrays(
                ptr::addr_of_mut!((*raw).data).cast(),
                ptr::addr_of_mut!((*raw).linesize).cast(),
                (*buffer).data,
                Pixel::YUV420P.into(),
                self.size.width as i32,
                self.size.height as i32,
                ALIGN,
            );
            check(filled, "lay out a picture")?;
        }
        frame.set_color_space(ffmpeg_next::color::Space::BT709);
        frame.set_color_primaries(ffmpeg_next::color::Primaries::BT709);
        frame.set_color_transfer_characteristic(ffmpeg_next::color::TransferCharacteristic::BT709);
        frame.set_color_range(ffmpeg_next::color::Range::MPEG);
        Ok(frame)
    }
}

impl Drop for PicturePool {
    fn drop(&mut self) {
        // SAFETY: owned by this value; pictures that are still held keep their memory.
        unsafe { ffi::av_buffer_pool_uninit(&raw mut self.pool) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_used_again_once_it_is_free() {
        let pool = PicturePool::new(Size { width: 64, height: 32 }).unwrap();
        let first = pool.take().unwrap();
        let second = pool.take().unwrap();
        let place = first.data(0).as_ptr();
        assert_ne!(place, second.data(0).as_ptr());
        drop(first);
        assert_eq!(place, pool.take().unwrap().data(0).as_ptr());
    }

    #[test]
    fn a_picture_outlives_its_pool() {
        let mut picture = PicturePool::new(Size { width: 64, height: 32 }).unwrap().take().unwrap();
        picture.data_mut(2).fill(7);
        assert_eq!((picture.width(), picture.height(), picture.plane_height(2)), (64, 32, 16));
    }
}
