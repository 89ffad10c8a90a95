using Criterion.Kernels;

namespace Criterion.Tests.Kernels;

/// <summary>Blocks of every size and what they leave over, and nothing beside the target.</summary>
public class MatrixTransposeTests
{
    const int Most = 37;
    const int SourceStride = 41;
    const int TargetStride = 43;

    [Fact]
    public unsafe void Every_element_finds_its_place()
    {
        float[] source = [.. Enumerable.Range(1, Most * SourceStride).Select(static i => (float)i)];
        float[] target = new float[Most * TargetStride];
        for (int rows = 1; rows <= Most; rows++)
        {
            for (int columns = 1; columns <= Most; columns++)
            {
                Array.Clear(target);
                fixed (float* from = source, to = target)
                {
                    MatrixTranspose.Run(from, SourceStride, to, TargetStride, rows, columns);
                }

                for (int i = 0; i < target.Length; i++)
                {
                    (int column, int row) = Math.DivRem(i, TargetStride);
                    float expected = row < rows && column < columns ? source[(row * SourceStride) + column] : 0;
                    Assert.True(target[i] == expected, $"{rows}×{columns}, row {row}, column {column}: {target[i]} instead of {expected}");
                }
            }
        }
    }
}
