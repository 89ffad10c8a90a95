using Criterion.Kernels;

namespace Criterion.Tests.Kernels;

/// <summary>Products of every edge that tiles, panels, slices and blocks have, against sums one term at a time.</summary>
public class MatrixProductTests
{
    static readonly int[] Rows = [1, 2, 7, 12, 13, 25, 67, 97, 200];
    static readonly int[] Depths = [0, 1, 47, 385];
    static readonly int[] Columns = [1, 3, 4, 9, 16, 17, 31, 33, 40, 49, 65];

    public static TheoryData<bool, bool> Layouts => new() { { false, false }, { false, true }, { true, false }, { true, true } };

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Products_are_sums_of_products(bool turnedLeft, bool turnedRight)
    {
        foreach (int rows in Rows)
        {
            foreach (int depth in Depths)
            {
                foreach (int columns in Columns)
                {
                    Check(rows, depth, columns, turnedLeft, turnedRight, accumulate: rows == 13);
                }
            }
        }
    }

    [Theory]
    [InlineData(5, 3, 1030)]
    [InlineData(5000, 1, 2)]
    [InlineData(100, 2, 2100)]
    [InlineData(25, 1024, 33)]
    public void Long_and_wide_products_are_cut_into_blocks(int rows, int depth, int columns) =>
        Check(rows, depth, columns, turnedLeft: false, turnedRight: false, accumulate: true);

    /// <summary>Few rows, few columns or one step: products that are not packed as a whole.</summary>
    [Theory]
    [InlineData(2, 130, 200)]
    [InlineData(5, 0, 200)]
    [InlineData(12, 200, 417)]
    [InlineData(13, 385, 130)]
    [InlineData(48, 400, 257)]
    [InlineData(301, 64, 1)]
    [InlineData(301, 77, 2)]
    [InlineData(30, 259, 8)]
    [InlineData(131, 260, 5)]
    [InlineData(3, 100, 70)]
    [InlineData(130, 1, 260)]
    [InlineData(1, 1, 300)]
    public void Thin_products_have_ways_of_their_own(int rows, int depth, int columns)
    {
        foreach ((bool turnedLeft, bool turnedRight) in Layouts.Select(static row => row.Data))
        {
            Check(rows, depth, columns, turnedLeft, turnedRight, accumulate: false);
            Check(rows, depth, columns, turnedLeft, turnedRight, accumulate: true);
        }
    }

    [Fact]
    public void Products_larger_than_the_cache_are_streamed()
    {
        Check(1100, 3, 2048, turnedLeft: false, turnedRight: false, accumulate: false);
        Check(1100, 3, 2047, turnedLeft: true, turnedRight: false, accumulate: false);
    }

    /// <summary>A row has the same bits in a batch of any size; fewer than nine rows by a transposed matrix are dot products.</summary>
    [Theory]
    [InlineData(200, 300, false)]
    [InlineData(700, 300, false)]
    [InlineData(500, 33, false)]
    [InlineData(390, 20, false)]
    [InlineData(200, 300, true)]
    [InlineData(700, 33, true)]
    public void Rows_do_not_depend_on_their_number(int depth, int columns, bool turnedRight)
    {
        RandomStream random = new(3);
        float[] rows = Tensor.Randn([150, depth], random: random).ToArray<float>();
        MatrixView<float> right = View(depth, columns, turnedRight, random);
        float[] all = Product(150);
        foreach (int count in turnedRight ? [9, 13, 48, 49, 100] : (int[])[1, 2, 7, 12, 13, 48, 49, 100])
        {
            Assert.Equal(all[..(count * columns)], Product(count));
        }

        float[] Product(int count)
        {
            float[] product = new float[count * columns];
            MatrixProduct.Multiply(new(rows, count, depth, depth, 1), right, product);
            return product;
        }
    }

    /// <summary>Panels of 32 columns.</summary>
    [Theory]
    [InlineData(100, 4)]
    [InlineData(256, 8)]
    [InlineData(1024, 32)]
    [InlineData(2048, 2)]
    [InlineData(4096, 128)]
    public void Many_threads_get_as_many_blocks_each(int rows, int panels)
    {
        Assert.Equal(((rows + 95) / 96, 1), ProductBlocks<float>.Grid(rows, panels, threads: 1));
        foreach (int threads in (int[])[2, 3, 8, 16])
        {
            (int rowBlocks, int columnBlocks) = ProductBlocks<float>.Grid(rows, panels, threads);
            Assert.InRange(rowBlocks, 1, Math.Max(1, rows / 32));
            Assert.InRange(columnBlocks, 1, panels);
            int least = Math.Min(2 * threads, rows / 32 * panels);
            Assert.True(rowBlocks * columnBlocks >= least, $"{threads} threads: {rowBlocks} × {columnBlocks}");
        }
    }

    static void Check(int rows, int depth, int columns, bool turnedLeft, bool turnedRight, bool accumulate)
    {
        RandomStream random = new(9);
        MatrixView<float> a = View(rows, depth, turnedLeft, random);
        MatrixView<float> b = View(depth, columns, turnedRight, random);
        float[] product = [.. Enumerable.Repeat(2f, rows * columns)];
        MatrixProduct.Multiply(a, b, product, accumulate);
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                double expected = accumulate ? 2 : 0;
                for (int k = 0; k < depth; k++)
                {
                    expected += (double)At(a, row, k) * At(b, k, column);
                }

                float actual = product[(row * columns) + column];
                Assert.True(
                    Math.Abs(actual - expected) <= 2e-5 * Math.Sqrt(depth + 1),
                    $"{rows}×{depth} · {depth}×{columns}, element ({row}, {column}): {actual} instead of {expected}");
            }
        }
    }

    static float At(MatrixView<float> matrix, int row, int column) =>
        matrix.Data.Span[(row * matrix.RowStride) + (column * matrix.ColumnStride)];

    static MatrixView<float> View(int rows, int columns, bool isTurned, RandomStream random)
    {
        float[] data = Tensor.Randn([rows, columns], random: random).ToArray<float>();
        return isTurned ? new(data, rows, columns, 1, rows) : new(data, rows, columns, columns, 1);
    }
}
