using System.Reflection;
using Criterion.Losses;
using Criterion.Tests.Gradients;

namespace Criterion.Tests.Formulas;

/// <summary>
/// An item (an element, a row or an image) has the same result and the same gradients, bit for bit, alone, among others, and at the
/// end of an array whose length is no multiple of a lane.
/// </summary>
public class PlacementTests
{
    const int Probes = 4;

    static readonly int[] Lengths = [1, 2, 64, 65, 129, 1037];

    public static IEnumerable<TheoryDataRow<string, DType>> Names() =>
        from name in PlacementCases.All.Select(static c => c.ToString())
        from type in new[] { DType.Float32, DType.Float64 }
        select new TheoryDataRow<string, DType>(name, type) { TestDisplayName = $"{name}, {type}" };

    [Theory]
    [MemberData(nameof(Names))]
    public void An_item_has_the_same_bits_wherever_it_stands(string name, DType type)
    {
        PlacementCase function = PlacementCases.All.Single(c => c.ToString() == name);
        bool isLarge = function.Inputs[0].Shape.Count > 100;
        foreach (int length in Lengths.Where(length => !isLarge || length <= 65))
        {
            for (int probe = 0; probe < (isLarge ? 1 : Probes); probe++)
            {
                AssertSame(function, type, length, probe);
            }
        }
    }

    [Theory]
    [InlineData(DType.Float32, 95)]
    [InlineData(DType.Float64, 750)]
    public void An_element_whose_loss_overflows_does_not_change_its_neighbours(DType type, double huge)
    {
        PoissonNLLLoss loss = new(reduction: Reduction.Sum);
        Tensor x = Tensor.Linspace(-2, 2, 37, type);
        byte[] alone = Bits(Gradient(loss, x));
        Tensor wild = Tensor.Cat([x, Tensor.Full([1], huge, type)], 0);
        Assert.Equal(alone, Bits(Gradient(loss, wild)[..37]));
    }

    [Fact]
    public void Every_loss_of_the_catalogue_is_tried_or_depends_on_its_batch()
    {
        HashSet<string> tried = [.. PlacementCases.All.Select(static c => c.Covers), .. PlacementCases.Coupled.Select(static t => t.Name)];
        string[] missing =
        [
            .. from type in typeof(ICriterion).Assembly.GetTypes()
               where type.GetCustomAttribute<CatalogueAttribute>() is not null && !tried.Contains(type.Name)
               select type.Name,
        ];
        Assert.True(missing.Length == 0, $"Add a row to PlacementCases.cs: {string.Join(", ", missing)}");
    }

    static Tensor Gradient(IPredictionLoss loss, Tensor x)
    {
        Tensor leaf = x.Clone();
        leaf.RequiresGrad = true;
        return Criterion.Autograd.Grad(loss.Forward(leaf, Tensor.OnesLike(x)), leaf);
    }

    /// <summary>Compares the item at three positions with the item alone; of a mean only where the factor of 1/n is exact.</summary>
    static void AssertSame(PlacementCase function, DType type, int length, int probe)
    {
        Tensor[] items = Draw(function, type, 1, probe + 1);
        List<byte[]> alone = Results(function, items, 0);
        bool isExact = !function.IsMean || int.IsPow2(length);
        List<byte[]>? first = null;
        foreach (int at in (int[])[0, length / 2, length - 1])
        {
            Tensor[] among = Draw(function, type, length, 1000 + length);
            Tensor[] inputs = [.. among.Select((others, i) => Placed(others, items[i], at))];
            List<byte[]> placed = Results(function, inputs, at);
            first ??= isExact ? alone : placed;
            for (int i = 0; i < placed.Count; i++)
            {
                Assert.True(
                    first[i].AsSpan().SequenceEqual(placed[i]),
                    $"{function}, {type}: result {i} of item {at} of {length} is "
                    + $"{Numbers(placed[i], type)}, not {Numbers(first[i], type)}.");
            }
        }
    }

    static string Numbers(byte[] bits, DType type) => type == DType.Float32
        ? string.Join(" ", bits.Chunk(4).Select(static b => BitConverter.ToSingle(b)))
        : string.Join(" ", bits.Chunk(8).Select(static b => BitConverter.ToDouble(b)));

    static Tensor[] Draw(PlacementCase function, DType type, int count, int seed) =>
        [.. function.Inputs.Select((input, i) => (input with { Shape = [count, .. input.Shape.Dims] }).Make((seed * 8) + i, type))];

    static Tensor Placed(Tensor others, Tensor item, int at) =>
        Tensor.Cat([others.Slice(0, 0, at), item, others.Slice(0, at + 1, others.Shape[0])], 0);

    /// <summary>The item's own result, if there is one, and its gradient by every input.</summary>
    static List<byte[]> Results(PlacementCase function, Tensor[] inputs, int at)
    {
        Tensor[] variables = Operation.Learned([.. inputs.Select(static x => x.Detach())]);
        Tensor[] learned = [.. variables.Where(static x => x.RequiresGrad)];
        Tensor output = function.Call(variables);
        int length = inputs[0].Shape[0];
        List<byte[]> results = output.Rank > 0 && output.Shape[0] == length ? [Bits(output.Detach()[at])] : [];
        Tensor weights = Tensor.OnesLike(output.Detach()) * (function.IsMean ? length : 1);
        if (output.RequiresGrad)
        {
            Tensor?[] gradients = Criterion.Autograd.Grad([output], learned, gradients: [weights], allowUnused: true);
            results.AddRange(gradients.Where(static g => g is not null).Select(g => Bits(g!.Detach()[at])));
        }

        return results;
    }

    static byte[] Bits(Tensor x) => x.DType switch
    {
        DType.Float32 => System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(x.ToArray<float>()).ToArray(),
        _ => System.Runtime.InteropServices.MemoryMarshal.AsBytes<double>(x.To(DType.Float64).ToArray<double>()).ToArray(),
    };
}
