//! Products of matrices.

use gemm::Parallelism;

/// A matrix in a slice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Matrix<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    /// Distance between rows, and between columns, in values.
    strides: [usize; 2],
}

impl<'a> Matrix<'a> {
    /// `rows` × `columns` values whose rows begin `stride` values apart.
    pub(super) fn new(values: &'a [f32], rows: usize, columns: usize, stride: usize) -> Self {
        let strides = [stride, 1];
        assert!(
            fits(values.len(), rows, columns, strides),
            "the matrix ends before its values"
        );
        Self {
            values,
            rows,
            columns,
            strides,
        }
    }

    /// Rows as columns, columns as rows.
    pub(super) fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            strides: [self.strides[1], self.strides[0]],
            ..self
        }
    }
}

fn fits(length: usize, rows: usize, columns: usize, strides: [usize; 2]) -> bool {
    rows == 0 || columns == 0 || (rows - 1) * strides[0] + (columns - 1) * strides[1] < length
}

/// How a product is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Write {
    /// It replaces the old values.
    Set,
    /// It is added to the old values.
    Add,
}

/// The threads that compute a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Threads {
    /// This thread alone, because the others have their own work.
    This,
    /// All threads.
    All,
}

/// Writes `left` · `right` to `out`, whose rows begin `stride` values apart.
pub(super) fn multiply(
    out: &mut [f32],
    stride: usize,
    left: Matrix<'_>,
    right: Matrix<'_>,
    write: Write,
    threads: Threads,
) {
    let (rows, columns, depth) = (left.rows, right.columns, left.columns);
    assert_eq!(
        depth, right.rows,
        "as many columns on the left as rows on the right"
    );
    assert!(
        columns <= stride || rows <= 1,
        "rows of the product must not overlap"
    );
    assert!(
        fits(out.len(), rows, columns, [stride, 1]),
        "the product ends before its values"
    );
    let parallelism = match threads {
        Threads::This => Parallelism::None,
        Threads::All => Parallelism::Rayon(0),
    };
    // SAFETY: `Matrix::new` and the assertions above hold every index inside its slice; `out` is
    // borrowed mutably, so it overlaps neither factor, and its own elements are distinct.
    unsafe {
        gemm::gemm(
            rows,
            columns,
            depth,
            out.as_mut_ptr(),
            1,
            stride as isize,
            write == Write::Add,
            left.values.as_ptr(),
            left.strides[1] as isize,
            left.strides[0] as isize,
            right.values.as_ptr(),
            right.strides[1] as isize,
            right.strides[0] as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            parallelism,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_strided_and_transposed_matrices_are_right() {
        let left = [1.0, 2.0, 9.0, 3.0, 4.0, 9.0];
        let right = [5.0, 6.0, 7.0, 8.0];
        let mut out = [100.0; 6];
        let left = Matrix::new(&left, 2, 2, 3);
        let right = Matrix::new(&right, 2, 2, 2);
        multiply(&mut out, 3, left, right, Write::Set, Threads::This);
        assert_eq!(out, [19.0, 22.0, 100.0, 43.0, 50.0, 100.0]);
        multiply(
            &mut out,
            3,
            left.transposed(),
            right,
            Write::Add,
            Threads::All,
        );
        assert_eq!(
            out,
            [
                19.0 + 26.0,
                22.0 + 30.0,
                100.0,
                43.0 + 38.0,
                50.0 + 44.0,
                100.0
            ]
        );
    }

    #[test]
    #[should_panic(expected = "ends before")]
    fn a_matrix_larger_than_its_values_is_refused() {
        let _ = Matrix::new(&[0.0; 5], 2, 3, 3);
    }
}
