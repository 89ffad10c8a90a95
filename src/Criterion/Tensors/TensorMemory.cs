using Criterion.Memory;

namespace Criterion;

/// <summary>The elements of memory that a tensor views: equal for a tensor and one that was detached from it.</summary>
internal readonly record struct TensorMemory(Storage Storage, int Offset, Shape Shape)
{
    public static TensorMemory Of(Tensor tensor) => new(tensor.Storage, tensor.Offset, tensor.Shape);

    /// <summary>Returns the first of each group of tensors that view the same elements.</summary>
    public static IEnumerable<Tensor> Distinct(IEnumerable<Tensor> tensors) => tensors.DistinctBy(Of);

    /// <summary>
    /// Returns the first of each group of tensors that view the same elements. Allocates nothing for a few tensors with separate storages,
    /// as each step of a training has.
    /// </summary>
    public static Tensor[] Distinct(Tensor[] tensors) => HaveSeparateStorages(tensors) ? tensors : [.. tensors.DistinctBy(Of)];

    static bool HaveSeparateStorages(Tensor[] tensors)
    {
        const int Few = 64;
        if (tensors.Length > Few)
        {
            return false;
        }

        for (int i = 1; i < tensors.Length; i++)
        {
            foreach (Tensor before in tensors.AsSpan(0, i))
            {
                if (before.Storage == tensors[i].Storage)
                {
                    return false;
                }
            }
        }

        return true;
    }
}
