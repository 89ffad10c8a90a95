using Criterion.Nn;

namespace Criterion.Tests.Memory;

// The operations of a script, each on tensors and in the model.
sealed partial class MemoryScript
{
    void Compute()
    {
        int kind = _random.Next(9);
        if (kind < 3 || _entries.Count == 0)
        {
            Create(isLeaf: kind == 0 && Model.IsRecording);
            return;
        }

        Entry x = Any();
        Log($"{kind} of {_entries.IndexOf(x)}");
        Try(() => Apply(kind, x));
    }

    void Create(bool isLeaf)
    {
        float[] values = [.. Enumerable.Range(0, Length).Select(_ => (float)_random.Next(-2, 3))];
        Log($"create {_entries.Count}{(isLeaf ? ", a leaf" : "")}");
        Entry entry = new(Tensor.From(values), Model.Create(values), 0, Length, isLeaf ? Model.Leaf() : null);
        _entries.Add(entry);
        if (isLeaf)
        {
            entry.Tensor.RequiresGrad = true;
            _leaves.Add((entry.Tensor, entry.Node!));
        }
    }

    /// <summary>A view or an operation.</summary>
    Entry Apply(int kind, Entry x)
    {
        Entry y = _entries.LastOrDefault(other => other.Length == x.Length && other != x) ?? x;
        Entry result = kind switch
        {
            3 => new(x.Tensor.Detach(), Alive(x), x.Start, x.Length, null),
            4 when x.Length > 1 => new(x.Tensor.Detach()[1..], Alive(x), x.Start + 1, x.Length - 1, null),
            5 => Square(x),
            6 => Same(x),
            7 => Product(x, y),
            8 => Sum(x, y),
            _ => Filled(x),
        };
        Assert.True(x.Block.Released is null, Describe("an operation read a released tensor"));
        return result;
    }

    /// <summary>An operation that saves its input; its rule leaves a tensor behind.</summary>
    Entry Square(Entry x)
    {
        Tensor values = x.Tensor.Detach();
        Tensor result = Autograd.Record("square", values * values, [x.Tensor], x.Tensor, (x.Tensor, (g, of) =>
        {
            Tensor part = g * of * 2;
            _captured.AddRange([g, g * 3]);
            return part;
        }
        ));
        float[] numbers = x.Numbers;
        return Result(x, numbers.Select(static v => v * v), result, "square", [x.Node], [(x.Block, true)], (model, g) =>
        {
            ModelBlock part = model.Create([.. g.Values.Zip(numbers, static (g, v) => g * v * 2)]);
            _capturedBlocks.AddRange([g, model.Create([.. g.Values.Select(static v => v * 3)])]);
            return [part];
        });
    }

    /// <summary>An operation whose rule passes the gradient on as it is.</summary>
    Entry Same(Entry x)
    {
        Tensor result = Autograd.Record("same", x.Tensor.Detach() * 1, [], 0, (x.Tensor, (g, _) =>
        {
            _captured.Add(g);
            return g;
        }
        ));
        return Result(x, x.Numbers, result, "same", [x.Node], [], (_, g) =>
        {
            _capturedBlocks.Add(g);
            return [g];
        });
    }

    Entry Product(Entry x, Entry y)
    {
        Tensor result = x.Tensor * y.Tensor;
        (float[] a, float[] b) = (x.Numbers, y.Numbers);
        return Result(
            x,
            a.Zip(b, static (v, w) => v * w),
            result,
            "mul",
            [x.Node, y.Node],
            [(x.Block, y.Node is not null), (y.Block, x.Node is not null)],
            (model, g) =>
            [
                x.Node is null ? null : model.Create([.. g.Values.Zip(b, static (g, w) => g * w)]),
                y.Node is null ? null : model.Create([.. g.Values.Zip(a, static (g, v) => g * v)]),
            ]);
    }

    Entry Sum(Entry x, Entry y) => Result(
        x,
        x.Numbers.Zip(y.Numbers, static (v, w) => v + w),
        x.Tensor + y.Tensor,
        "add",
        [x.Node, y.Node],
        [],
        (_, g) => [x.Node is null ? null : g, y.Node is null ? null : g]);

    /// <summary>A change in place, which the gradients that need the value must notice.</summary>
    Entry Filled(Entry x)
    {
        using (Autograd.NoGrad())
        {
            x.Tensor.Fill(2);
        }

        x.Block.Values.AsSpan(x.Start, x.Length).Fill(2);
        x.Block.Version++;
        return x;
    }

    Entry Result(
        Entry x,
        IEnumerable<float> numbers,
        Tensor result,
        string operation,
        ModelNode?[] inputs,
        (ModelBlock Block, bool IsRead)[] saved,
        Func<MemoryModel, ModelBlock, ModelBlock?[]> rule) =>
        new(result, Model.Create([.. numbers]), 0, x.Length, Model.Record(operation, inputs, saved, rule));

    void PassThroughModules()
    {
        if (_entries.Count == 0)
        {
            return;
        }

        Entry current = _entries.FindLast(static entry => entry.Node is not null && entry.Block.Released is null) ?? Any();
        Log($"modules on {_entries.IndexOf(current)}");
        (long since, ModelScope? scope) = (Model.Now, Model.Scope);
        List<Action> pending = [];
        Module[] modules = [.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => (Module)new FunctionModule(Forward))];
        Try(() =>
        {
            Tensor output = new Sequential(modules).Forward(current.Tensor);
            Returned();
            Assert.Same(current.Tensor, output);
            return current;
        });
        if (current.Node is not null && _random.Next(3) > 0)
        {
            BackwardOf(current);
        }

        Tensor Forward(Tensor input)
        {
            Returned();
            Entry before = current;
            current = _random.Next(10) switch
            {
                0 => before,
                1 => KeptInput(before),
                2 => Apply(4, before),
                3 => Apply(6, before),
                4 or 5 => Apply(7, before),
                _ => Apply(5, before),
            };
            _entries.Add(current);
            pending.Add(() => Model.Returned(before.Block, current.Block, scope, since));
            return current.Tensor;
        }

        void Returned()
        {
            pending.ForEach(static action => action());
            pending.Clear();
        }
    }

    Entry KeptInput(Entry x)
    {
        Exception? error = Record.Exception(x.Tensor.Keep);
        Agree(error, () => Model.Keep(Alive(x), null));
        return error is null ? x : throw error;
    }

    /// <summary>A tensor, the memory that it shows, and its node.</summary>
    sealed record Entry(Tensor Tensor, ModelBlock Block, int Start, int Length, ModelNode? Node)
    {
        public bool IsKnownReleased { get; set; }

        public float[] Numbers => [.. Block.Values.AsSpan(Start, Length)];
    }

    sealed class FunctionModule(Func<Tensor, Tensor> forward) : Module
    {
        public override Tensor Forward(Tensor input) => forward(input);
    }
}
